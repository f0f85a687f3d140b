"""INT8 by ONNX Runtime's own quantizer: static QDQ and dynamic."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)

from lightbox_quantize.onnx_graphs import FIRST_IN_INT8, before, is_transformer, prepared

# Only these are quantized: what follows the last of them, the normalisation of the features, stays fp32.
_CONVOLUTIONAL = ["Conv", "Add", "Clip", "Gemm", "GlobalAveragePool", "ReduceMean"]
_TRANSFORMER = ["Conv", "Gemm", "MatMul"]


class _Films(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime.quantization has no types
    def __init__(self, films: NDArray[np.float32]) -> None:
        self._films: Iterator[NDArray[np.float32]] = iter(films)

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        film = next(self._films, None)
        return None if film is None else {"pixels": film[np.newaxis]}


def static_qdq(
    model: bytes, films: NDArray[np.float32], bits: int, first_in_int8: int = FIRST_IN_INT8
) -> bytes:
    """Static QDQ, calibrated on preprocessed films (N, 1, S, S); weights per channel, of 7 or 8 bits.

    ``first_in_int8`` counts convolutions from 0, in the graph's order.
    """
    with tempfile.TemporaryDirectory() as folder:
        source, target = prepared(model, Path(folder)), Path(folder) / "int8.onnx"
        graph = onnx.load(source, load_external_data=False)
        quantize_static(
            str(source),
            str(target),
            _Films(films),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=_TRANSFORMER if is_transformer(graph) else _CONVOLUTIONAL,
            nodes_to_exclude=before(graph, first_in_int8),
            per_channel=True,
            reduce_range=bits == 7,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
        )
        return target.read_bytes()


def dynamic(model: bytes, bits: int) -> bytes:
    """Matrix products and tables of embeddings in INT8; activations are quantized as they come."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = prepared(model, Path(folder)), Path(folder) / "int8.onnx"
        quantize_dynamic(
            str(source),
            str(target),
            op_types_to_quantize=["MatMul", "Gemm", "Gather"],
            per_channel=True,
            reduce_range=bits == 7,
            weight_type=QuantType.QInt8,
        )
        return target.read_bytes()
