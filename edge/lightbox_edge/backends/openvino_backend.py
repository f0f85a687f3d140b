"""OpenVINO (Apache-2.0): CPU, and the GPUs of Intel, with a cache of compiled models."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from lightbox_edge.backends import Session, Tensor
from lightbox_edge.caches import cache_folder
from lightbox_edge.errors import LightboxError

# Importing openvino reports to Google Analytics, unless its telemetry package seems not to be installed.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # how Python marks what must not load
import openvino  # noqa: E402

VERSION: str = openvino.__version__.split("-")[0]


class _OpenVinoSession:
    def __init__(self, compiled: openvino.CompiledModel, device: str) -> None:
        self._request = compiled.create_infer_request()
        self._outputs = [output.any_name for output in compiled.outputs]
        self.inputs = tuple(one.any_name for one in compiled.inputs)
        self.device = device

    def run(self, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        try:
            results = self._request.infer(dict(inputs))
        except RuntimeError as error:
            raise LightboxError(f"OpenVINO cannot run the model: {str(error).splitlines()[0]}.") from error
        return {name: results[name].copy() for name in self._outputs}


def gpus() -> list[str]:
    return [device for device in openvino.Core().available_devices if device.startswith("GPU")]


def open_session(model: bytes, device: str | None, threads: int) -> Session:
    where = device or "CPU"
    core = openvino.Core()
    core.set_property({"CACHE_DIR": str(cache_folder("openvino"))})
    settings: dict[str, object] = {"PERFORMANCE_HINT": "LATENCY"}
    if where == "CPU":
        # bf16 is the default where the CPU has it, and it would answer otherwise than other laptops do.
        settings |= {"INFERENCE_NUM_THREADS": threads, "INFERENCE_PRECISION_HINT": "f32"}
        # So is INT8 for the activations of products whose weights alone are INT8, where the CPU has VNNI.
        settings["DYNAMIC_QUANTIZATION_GROUP_SIZE"] = 0
    try:
        return _OpenVinoSession(core.compile_model(core.read_model(model), where, settings), where)
    except RuntimeError as error:
        raise LightboxError(
            f"OpenVINO cannot load the model on {where}: {str(error).splitlines()[0]}"
        ) from error
