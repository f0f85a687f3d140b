"""Runtimes for the models, one file each, behind one small protocol; only the one used is imported."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Literal, Protocol

from numpy.typing import NDArray

from lightbox_edge.errors import LightboxError

BackendName = Literal["auto", "onnxruntime", "openvino"]
Device = Literal["auto", "cpu", "gpu"]

Tensor = NDArray[Any]

# In the order in which `auto` asks them. onnxruntime is always installed; openvino is an extra.
_BACKENDS = ("onnxruntime", "openvino")


class Session(Protocol):
    """A loaded model: the names of its inputs, and the runtime's own name of what it runs on."""

    inputs: tuple[str, ...]
    device: str

    def run(self, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Run once; arrays by their names in the graph."""
        ...


class Backend(Protocol):
    """What a backend's module offers."""

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
        LightboxError: the backend is not installed, or a GPU was asked for that is not there.
    """
    names = [name for name in _BACKENDS if backend in ("auto", name)]
    loaded = {name: module for name in names if (module := _load(name, must=name == backend))}
    if not loaded:
        raise LightboxError("No backend is installed: pip install 'lightbox-triage'.")
    count = threads or usable_cpus()
    if device != "cpu":
        for module in loaded.values():
            for gpu in module.gpus():
                return module.open_session(model, gpu, count)
    if device == "gpu":
        raise LightboxError(
            f"No GPU is there for {' or '.join(loaded)}, which here run on the CPU alone: use --device cpu."
        )
    return next(iter(loaded.values())).open_session(model, None, count)


def usable_cpus() -> int:
    """The number of CPUs this process may run on."""
    if hasattr(os, "sched_getaffinity"):  # not on Windows and macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _load(name: str, must: bool) -> Backend | None:
    try:
        module: Backend = import_module(f"lightbox_edge.backends.{name}_backend")
    except ModuleNotFoundError as error:
        if must:
            package = "lightbox-triage" if name == "onnxruntime" else f"lightbox-triage[{name}]"
            raise LightboxError(f"The backend {name} is not installed: pip install '{package}'.") from error
        return None
    return module
