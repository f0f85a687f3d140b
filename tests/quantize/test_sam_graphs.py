"""A small encoder like a SAM's to INT8: what stays fp32, where zero points lie, that it still works."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from lightbox_edge.backends import open_session
from lightbox_edge.errors import LightboxError
from lightbox_quantize.sam_graphs import STEM, quantize_sam_encoder

CHANNELS = 16


@pytest.fixture(scope="module")
def encoder() -> bytes:
    """Stem of two convolutions of one pixel, one by channel, one more, then a product over tokens."""
    chance = np.random.default_rng(0)
    constants: dict[str, NDArray[np.float32 | np.int64]] = {
        "stem1": chance.normal(0, 1, (CHANNELS, 1, 1, 1)).astype(np.float32),
        "stem2": chance.normal(0, 0.3, (CHANNELS, CHANNELS, 1, 1)).astype(np.float32),
        "by_channel": chance.normal(0, 0.3, (CHANNELS, 1, 3, 3)).astype(np.float32),
        "wide": chance.normal(0, 0.3, (CHANNELS, CHANNELS, 1, 1)).astype(np.float32),
        "product": chance.normal(0, 0.3, (CHANNELS, CHANNELS)).astype(np.float32),
    }
    nodes = [
        helper.make_node("Conv", ["pixels", "stem1"], ["a"], name="stem1_conv"),
        helper.make_node("Gelu", ["a"], ["b"], name="gelu1"),
        helper.make_node("Conv", ["b", "stem2"], ["c"], name="stem2_conv"),
        helper.make_node("Gelu", ["c"], ["d"], name="gelu2"),
        helper.make_node(
            "Conv", ["d", "by_channel"], ["e"], name="by_channel_conv", group=CHANNELS, pads=[1, 1, 1, 1]
        ),
        helper.make_node("Gelu", ["e"], ["f"], name="gelu3"),
        helper.make_node("Conv", ["f", "wide"], ["g"], name="wide_conv"),
        helper.make_node("Gelu", ["g"], ["h"], name="gelu4"),
        helper.make_node("Transpose", ["h"], ["i"], name="last", perm=[0, 2, 3, 1]),
        helper.make_node("MatMul", ["i", "product"], ["j"], name="product_matmul"),
        helper.make_node("Transpose", ["j"], ["image_embedding"], name="first", perm=[0, 3, 1, 2]),
    ]
    graph = helper.make_graph(
        nodes,
        "encoder",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["n", 1, 32, 32])],
        [helper.make_tensor_value_info("image_embedding", TensorProto.FLOAT, ["n", CHANNELS, 32, 32])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    content: bytes = model.SerializeToString()
    return content


@pytest.fixture(scope="module")
def films() -> NDArray[np.float32]:
    return np.random.default_rng(1).random((4, 1, 32, 32), dtype=np.float32)


@pytest.fixture(scope="module")
def int8(encoder: bytes, films: NDArray[np.float32]) -> bytes:
    return quantize_sam_encoder(encoder, films, "int8", STEM)


def embed(model: bytes, films: NDArray[np.float32]) -> NDArray[np.float32]:
    embedding: NDArray[np.float32] = open_session(model, "onnxruntime", "cpu").run({"pixels": films})[
        "image_embedding"
    ]
    return embedding


def test_stem_and_convolutions_by_channel_stay_fp32(int8: bytes) -> None:
    graph = onnx.load_from_string(int8).graph
    makers = {name: node.op_type for node in graph.node for name in node.output}
    rounded = {
        node.name: "DequantizeLinear" in [makers.get(name) for name in node.input]
        for node in graph.node
        if node.op_type in ("Conv", "MatMul")
    }
    assert rounded == {
        "stem1_conv": False,
        "stem2_conv": False,
        "by_channel_conv": False,
        "wide_conv": True,
        "product_matmul": True,
    }


def test_no_activation_is_signed_with_a_zero_point(int8: bytes) -> None:
    graph = onnx.load_from_string(int8).graph
    constants = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    zeros = [constants[node.input[2]] for node in graph.node if node.op_type == "QuantizeLinear"]
    kinds = {(str(zero.dtype), bool(zero.any())) for zero in zeros}
    assert kinds == {("uint8", True), ("int8", False)}  # the convolution's, the product's


@pytest.mark.parametrize("precision", ["int8", "int8_avx2", "int8_weights"])
def test_the_embedding_stays(encoder: bytes, films: NDArray[np.float32], int8: bytes, precision: str) -> None:
    made = int8 if precision == "int8" else quantize_sam_encoder(encoder, films, precision, STEM)  # type: ignore[arg-type]
    given, wanted = embed(made, films[:2]), embed(encoder, films[:2])
    cosine = float(np.vdot(given, wanted) / (np.linalg.norm(given) * np.linalg.norm(wanted)))
    assert given.shape == wanted.shape
    assert cosine > 0.995


def test_weights_for_avx2_have_seven_bits(encoder: bytes, films: NDArray[np.float32], int8: bytes) -> None:
    def largest(model: bytes) -> int:
        graph = onnx.load_from_string(model).graph
        weights = [
            numpy_helper.to_array(each) for each in graph.initializer if each.data_type == TensorProto.INT8
        ]
        return max(int(np.abs(weight.astype(int)).max()) for weight in weights if weight.ndim > 1)

    assert largest(int8) > 64
    assert largest(quantize_sam_encoder(encoder, films, "int8_avx2", STEM)) <= 64


def test_the_first_convolutions_can_stay_fp32(encoder: bytes, films: NDArray[np.float32]) -> None:
    graph = onnx.load_from_string(quantize_sam_encoder(encoder, films, "int8")).graph
    floats = {each.name for each in graph.initializer if each.data_type == TensorProto.FLOAT}
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    assert len(convolutions) == 4
    assert all(node.input[1] in floats for node in convolutions)


def test_fp32_is_nothing_to_quantize_to(encoder: bytes, films: NDArray[np.float32]) -> None:
    with pytest.raises(LightboxError, match="cannot be quantized to fp32: use int8 or int8_avx2"):
        quantize_sam_encoder(encoder, films, "fp32")
