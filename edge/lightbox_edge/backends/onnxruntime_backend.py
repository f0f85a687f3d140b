"""ONNX Runtime (MIT): CPU, CUDA and DirectML."""

from __future__ import annotations

from collections.abc import Mapping

import onnxruntime

from lightbox_edge.backends import Session, Tensor
from lightbox_edge.errors import LightboxError

VERSION: str = onnxruntime.__version__
_GPU_PROVIDERS = ("CUDAExecutionProvider", "DmlExecutionProvider")


class _OnnxRuntimeSession:
    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session
        self._outputs = [output.name for output in session.get_outputs()]
        self.inputs = tuple(one.name for one in session.get_inputs())
        self.device = session.get_providers()[0].removesuffix("ExecutionProvider")

    def run(self, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        try:
            return dict(zip(self._outputs, self._session.run(self._outputs, dict(inputs)), strict=True))
        except Exception as error:  # as below
            raise LightboxError(f"ONNX Runtime cannot run the model: {_first_line(error)}.") from error


def gpus() -> list[str]:
    available = onnxruntime.get_available_providers()
    return [provider for provider in _GPU_PROVIDERS if provider in available]


def open_session(model: bytes, device: str | None, threads: int) -> Session:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what it has to say comes as an exception too
    # Its plan for a known input would be a second block of all activations beside the first: LiteMedSAM's
    # encoder needs 330 MB without and 507 MB with it, at the same speed.
    options.enable_mem_pattern = False
    # A thread that spins while it waits takes the core from a decoder.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # Else it takes its own binary format as well, which `require_self_contained` cannot look into.
    options.add_session_config_entry("session.load_model_format", "ONNX")
    wanted = device or "CPUExecutionProvider"
    try:
        # Its fallback tries the same again and says so on stdout, which is for results.
        session = onnxruntime.InferenceSession(model, options, providers=[wanted], enable_fallback=0)
    except Exception as error:  # the runtime raises its own types, none of them public
        raise LightboxError(f"ONNX Runtime cannot load the model: {_first_line(error)}.") from error
    if session.get_providers()[0] != wanted:
        raise LightboxError(f"ONNX Runtime cannot use {wanted} on this machine: use --device cpu.")
    return _OnnxRuntimeSession(session)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
