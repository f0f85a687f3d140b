"""Activations' zero points where OpenVINO's kernels take them.

NNCF writes activations as signed bytes with any zero point. OpenVINO runs a convolution on those in fp32,
and after a matrix product it subtracts their share in a pass of its own. Unsigned bytes serve the
convolution; for the product the zero point becomes 0, at the price of the range that it wastes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import onnx
from onnx import numpy_helper

_MOVES = ("Transpose", "Reshape", "Slice", "Pad")  # they copy values and reckon nothing


def place_zero_points(model: onnx.ModelProto) -> onnx.ModelProto:
    """Rewrite, in place, each activation that has a signed zero point other than 0."""
    graph = model.graph
    del graph.value_info[:]  # it names the types that are changed here
    constants = {each.name: each for each in graph.initializer}
    for quantize in [node for node in graph.node if node.op_type == "QuantizeLinear"]:
        if quantize.input[1] not in constants or quantize.input[2] not in constants:
            continue
        scale, zero = (numpy_helper.to_array(constants[name]) for name in quantize.input[1:3])
        if scale.ndim or zero.dtype != np.int8 or zero == 0:
            continue
        back = [node for node in graph.node if node.input and node.input[0] == quantize.output[0]]
        if any(node.op_type == "Conv" for each in back for node in _takers(graph, each.output[0])):
            placed: list[np.generic] = [np.float32(scale), np.uint8(int(zero) + 128)]
        else:
            placed = _centred(float(scale), int(zero))
        names = [f"{quantize.output[0]}_scale", f"{quantize.output[0]}_zero_point"]
        for name, value in zip(names, placed, strict=True):
            graph.initializer.append(numpy_helper.from_array(np.asarray(value), name))
        for node in (quantize, *back):
            node.input[1], node.input[2] = names
    return model


def _centred(scale: float, zero: int) -> list[np.generic]:
    """Scale and zero point 0 that hold the same range."""
    low, high = scale * (-128 - zero), scale * (127 - zero)
    if low >= 0:
        return [np.float32(high / 255), np.uint8(0)]
    return [np.float32(max(-low / 128, high / 127)), np.int8(0)]


def _takers(graph: onnx.GraphProto, name: str) -> Iterator[onnx.NodeProto]:
    """The nodes that reckon with a tensor, however it is moved before."""
    for node in graph.node:
        if name in node.input:
            if node.op_type in _MOVES:
                yield from _takers(graph, node.output[0])
            else:
                yield node
