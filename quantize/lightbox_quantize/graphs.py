"""ONNX graphs to INT8: the image encoder by static QDQ, the text encoder by dynamic quantization.

Weights are per channel and of 7 bits (``reduce_range``): products of two such pairs cannot saturate the
16-bit sums of CPUs that have AVX2 and no VNNI, which is what an old laptop has. See
docs/architecture.md for what that costs.
"""

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
from onnxruntime.quantization.shape_inference import quant_pre_process

# What comes before this convolution stays fp32: the first ones see one gray channel at full size, and 8
# bits of it are too few. With all in INT8 the features' mean cosine to fp32 was 0.947, with two
# convolutions in fp32 0.994, with five 0.998; with fourteen 0.999, for a tenth more time.
FIRST_IN_INT8 = 5

# Only these are quantized: what follows the last of them, the normalisation of the features, stays fp32.
_IMAGE_OPERATORS = ["Conv", "Add", "Clip", "Gemm", "GlobalAveragePool", "ReduceMean"]


class _Films(CalibrationDataReader):  # type: ignore[misc]  # onnxruntime.quantization has no types
    def __init__(self, films: NDArray[np.float32]) -> None:
        self._films: Iterator[NDArray[np.float32]] = iter(films)

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        film = next(self._films, None)
        return None if film is None else {"pixels": film[np.newaxis]}


def quantize_image_encoder(
    model: bytes, films: NDArray[np.float32], first_in_int8: int = FIRST_IN_INT8
) -> bytes:
    """INT8 QDQ of an image encoder, calibrated on preprocessed films (N, 1, S, S).

    ``first_in_int8`` counts convolutions from 0, in the graph's order.
    """
    with tempfile.TemporaryDirectory() as folder:
        source, target = _prepared(model, Path(folder)), Path(folder) / "int8.onnx"
        quantize_static(
            str(source),
            str(target),
            _Films(films),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=_IMAGE_OPERATORS,
            nodes_to_exclude=_before(source, first_in_int8),
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
        )
        return target.read_bytes()


def _before(model: Path, convolution: int) -> list[str]:
    """The names of the nodes before a convolution: none before the first, all if there are fewer."""
    nodes = onnx.load(model).graph.node
    places = [place for place, node in enumerate(nodes) if node.op_type == "Conv"]
    ends = [0, *places[1:], len(nodes)]
    return [node.name for node in nodes[: ends[min(convolution, len(ends) - 1)]]]


def quantize_text_encoder(model: bytes) -> bytes:
    """INT8 of a text encoder; activations are quantized as they come, so no sentences are needed."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = _prepared(model, Path(folder)), Path(folder) / "int8.onnx"
        quantize_dynamic(
            str(source), str(target), per_channel=True, reduce_range=True, weight_type=QuantType.QInt8
        )
        return target.read_bytes()


def _prepared(model: bytes, folder: Path) -> Path:
    """Shapes inferred and constants folded, as the quantizers want it."""
    source, prepared = folder / "fp32.onnx", folder / "prepared.onnx"
    source.write_bytes(model)
    quant_pre_process(str(source), str(prepared), skip_symbolic_shape=True)
    graph = onnx.load(prepared)
    del graph.graph.value_info[:]
    onnx.save(graph, prepared)
    return prepared
