"""OpenVINO (Apache-2.0): CPU, and the GPUs of Intel, with a cache of compiled models."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from lightbox_edge.backends import Session, Tensor
from lightbox_edge.errors import LightboxError

# Importing openvino reports to Google Analytics, unless its telemetry package seems not to be installed.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # how Python marks what must not load
import openvino  # noqa: E402


class _OpenVinoSession:
    def __init__(self, compiled: openvino.CompiledModel, device: str) -> None:
        self._request = compiled.create_infer_request()
        self._outputs = [output.any_name for output in compiled.outputs]
        self.inputs = tuple(one.any_name for one in compiled.inputs)
        self.device = device

    def run(self, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        results = self._request.infer(dict(inputs))
        return {name: results[name].copy() for name in self._outputs}


def gpus() -> list[str]:
    return [device for device in openvino.Core().available_devices if device.startswith("GPU")]


def open_session(model: bytes, device: str | None, threads: int) -> Session:
    where = device or "CPU"
    core = openvino.Core()
    core.set_property({"CACHE_DIR": str(cache_folder())})
    settings: dict[str, object] = {"PERFORMANCE_HINT": "LATENCY"}
    if where == "CPU":
        # bf16 is the default where the CPU has it, and it would answer otherwise than other laptops do.
        settings |= {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32"}
    try:
        return _OpenVinoSession(core.compile_model(core.read_model(model), where, settings), where)
    except RuntimeError as error:
        raise LightboxError(
            f"OpenVINO cannot load the model on {where}: {str(error).splitlines()[0]}"
        ) from error


def cache_folder() -> Path:
    """Where compiled models are kept between runs; it holds no patient data."""
    if chosen := os.environ.get("LIGHTBOX_CACHE"):
        return Path(chosen)
    home = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME")
    base = Path(home) if home else Path.home() / ".cache"
    folder = base / "lightbox" / "openvino"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # a read-only home: the cache is only a matter of speed
        return Path(tempfile.gettempdir()) / "lightbox-openvino"
    return folder
