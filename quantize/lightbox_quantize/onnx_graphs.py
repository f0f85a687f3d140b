"""What every method needs of an ONNX graph: shapes ready for a quantizer, and which kind of network it is."""

from __future__ import annotations

from pathlib import Path

import onnx
from onnxruntime.quantization.shape_inference import quant_pre_process

# What comes before this convolution of a convolutional network stays fp32: the first ones see one gray
# channel at full size, and 8 bits of it are too few. Of EfficientNet-Lite0 these are the stem and three
# stages, a fiftieth of the weights, which an ensemble has once for all members. What rounding moves, as a
# share of how films differ: 0.049 with five convolutions in fp32, 0.031 with fifteen, for a tenth more time.
FIRST_IN_INT8 = 15
# A second try, where the first costs too much: for a quarter more time two thirds of EfficientNet-Lite0's
# convolutions in fp32 leave half of the noise.
LATE_IN_INT8 = 33


def prepared(model: bytes, folder: Path) -> Path:
    """Write the model with shapes inferred and constants folded, as the quantizers want it.

    A graph of over 2 GB is written with its weights beside it, in the same folder.
    """
    source, target = folder / "fp32.onnx", folder / "prepared.onnx"
    source.write_bytes(model)
    quant_pre_process(str(source), str(target), skip_symbolic_shape=True)
    graph = onnx.load(target)
    del graph.graph.value_info[:]
    onnx.save(graph, target)
    return target


def is_transformer(model: onnx.ModelProto) -> bool:
    """Whether the graph has attention: then its matrix products are quantized, and sums stay fp32."""
    return any(node.op_type == "Softmax" for node in model.graph.node)


def before(model: onnx.ModelProto, convolution: int) -> list[str]:
    """The names of the nodes before a convolution, counted from 0; none if no way has as many.

    Convolutions are counted along the longest way from the input, so those of an ensemble's members count
    alike.
    """
    passed: dict[str, int] = {}  # by tensor, the convolutions on the way to it
    names = []
    for node in model.graph.node:
        behind = max((passed.get(name, 0) for name in node.input), default=0)
        is_convolution = node.op_type == "Conv"
        passed.update(dict.fromkeys(node.output, behind + is_convolution))
        if behind < convolution or (behind == convolution and not is_convolution):
            names.append(node.name)
    return names if 0 < convolution < max(passed.values(), default=0) else []
