"""Runtimes for the models, one file each, behind one small protocol; only the one used is imported."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.backends.self_contained import require_self_contained
from lightbox_edge.errors import BundleError, LightboxError

RealBackendName = Literal["onnxruntime", "openvino"]
BackendName = Literal["auto"] | RealBackendName
Device = Literal["auto", "cpu", "gpu"]

Tensor = NDArray[Any]

# In the order in which `auto` asks them. onnxruntime is always installed; openvino is an extra.
BACKENDS: tuple[RealBackendName, ...] = ("onnxruntime", "openvino")


class Session(Protocol):
    """A loaded model: the names of its inputs, and the runtime's own name of what it runs on."""

    inputs: tuple[str, ...]
    device: str

    def run(self, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Run once; arrays by their names in the graph, see `output`. `LightboxError` if the model fails."""
        ...


class Backend(Protocol):
    """What a backend's module offers; ``VERSION`` is the runtime's."""

    VERSION: str

    def gpus(self) -> list[str]:
        """The GPU devices that this runtime sees on this machine, by its own names."""
        ...

    def open_session(self, model: bytes, device: str | None, threads: int) -> Session:
        """Load an ONNX model from memory; ``device`` None is the CPU."""
        ...


def open_session(model: bytes, backend: BackendName, device: Device, threads: int | None = None) -> Session:
    """Load a model, given as the bytes of an ONNX file.

    ``auto`` takes a GPU where a runtime sees one and the CPU otherwise; ``gpu`` insists on one.

    Raises:
        LightboxError: the backend is not installed, a GPU was asked for that is not there, or the model is
            none or wants other files, see `require_self_contained`.
    """
    require_self_contained(model)
    backends = installed(backend)
    count = threads or usable_cpus()
    if device != "cpu" and (gpu := first_gpu(backends)):
        return backends[gpu[0]].open_session(model, gpu[1], count)
    if device == "gpu":
        raise LightboxError(
            f"No GPU is there for {' or '.join(backends)}, which here run on the CPU alone: use --device cpu."
        )
    return next(iter(backends.values())).open_session(model, None, count)


def installed(backend: BackendName = "auto") -> dict[RealBackendName, Backend]:
    """The backends that are installed, or the one that is asked for, imported; at least one.

    Raises:
        LightboxError: the one that is asked for is not installed, or none is.
    """
    names = [name for name in BACKENDS if backend in ("auto", name)]
    loaded = {name: module for name in names if (module := _load(name, must=name == backend))}
    if not loaded:
        raise LightboxError("No backend is installed: pip install 'lightbox-triage'.")
    return loaded


def first_gpu(backends: Mapping[RealBackendName, Backend]) -> tuple[RealBackendName, str] | None:
    """The first GPU that one of these backends sees."""
    return next(((name, gpu) for name, module in backends.items() for gpu in module.gpus()), None)


def output(outputs: Mapping[str, Tensor], name: str, shape: Sequence[int | None]) -> Tensor:
    """What a model gives under a name; None in ``shape`` stands for any length.

    Raises:
        BundleError: the model does not give it, in another shape, or with values that are not finite.
    """
    found = outputs.get(name)
    if (
        found is None
        or found.dtype.kind != "f"
        or len(found.shape) != len(shape)
        or any(wanted not in (None, have) for wanted, have in zip(shape, found.shape, strict=True))
        or not np.isfinite(found).all()
    ):
        raise BundleError(
            f"The bundle's model gives no {name}, or what are no numbers: export the bundle again."
        )
    return found


def usable_cpus() -> int:
    """The number of CPUs this process may run on."""
    if hasattr(os, "sched_getaffinity"):  # not on Windows and macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def beside_decoders(cpus: int) -> int:
    """The runtime's threads while decoders run: a decoder has more to do than the runtime has."""
    return max(1, cpus // 2)


def _load(name: str, must: bool) -> Backend | None:
    try:
        module: Backend = import_module(f"lightbox_edge.backends.{name}_backend")
    except ModuleNotFoundError as error:
        if must:
            package = "lightbox-triage" if name == "onnxruntime" else f"lightbox-triage[{name}]"
            raise LightboxError(f"The backend {name} is not installed: pip install '{package}'.") from error
        return None
    return module
