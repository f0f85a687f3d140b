"""Tiny networks through the quantizers: near fp32, weights of 7 bits, the batch still free."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from lightbox_edge.backends import open_session
from lightbox_quantize.graphs import quantize_image_encoder, quantize_text_encoder

SIDE = 16
QUANTIZED = ("Conv", "Gemm")


def _weights(**arrays: NDArray[np.float64]) -> list[onnx.TensorProto]:
    return [numpy_helper.from_array(array.astype(np.float32), name) for name, array in arrays.items()]


def _model(
    nodes: list[onnx.NodeProto], given: onnx.ValueInfoProto, output: str, **arrays: np.ndarray
) -> bytes:
    features = helper.make_tensor_value_info(output, TensorProto.FLOAT, ["batch", 8])
    graph = helper.make_graph(nodes, "tiny", [given], [features], _weights(**arrays))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString()
    return content


@pytest.fixture(scope="module")
def image_encoder() -> bytes:
    """Convolution, ReLU6, pooling, projection, normalisation: what the real one is made of."""
    chance = np.random.default_rng(0)
    nodes = [
        helper.make_node("Conv", ["pixels", "w", "b"], ["c"], strides=[2, 2], pads=[1, 1, 1, 1]),
        helper.make_node("Clip", ["c", "zero", "six"], ["r"]),
        helper.make_node("GlobalAveragePool", ["r"], ["p"]),
        helper.make_node("Flatten", ["p"], ["f"]),
        helper.make_node("Gemm", ["f", "v", "d"], ["g"], transB=1),
        helper.make_node("LpNormalization", ["g"], ["image_features"], axis=1, p=2),
    ]
    return _model(
        nodes,
        helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["batch", 1, SIDE, SIDE]),
        "image_features",
        w=chance.normal(size=(12, 1, 3, 3)) * np.logspace(-1, 1, 12)[:, None, None, None],
        b=chance.normal(size=12),
        zero=np.array(0.0),
        six=np.array(6.0),
        v=chance.normal(size=(8, 12)),
        d=chance.normal(size=8),
    )


@pytest.fixture(scope="module")
def films() -> NDArray[np.float32]:
    return np.random.default_rng(1).normal(size=(12, 1, SIDE, SIDE)).astype(np.float32)


@pytest.fixture(scope="module")
def int8(image_encoder: bytes, films: NDArray[np.float32]) -> bytes:
    return quantize_image_encoder(image_encoder, films[:8], first_in_int8=0)


def run(model: bytes, films: NDArray[np.float32]) -> NDArray[np.float32]:
    features: NDArray[np.float32] = open_session(model, "onnxruntime", "cpu", 1).run({"pixels": films})[
        "image_features"
    ]
    return features


def int8_weights(model: bytes) -> dict[str, NDArray[np.int8]]:
    tensors = onnx.load_from_string(model).graph.initializer
    arrays = {one.name: numpy_helper.to_array(one) for one in tensors if one.data_type == TensorProto.INT8}
    return {name: array for name, array in arrays.items() if array.ndim > 1}


def test_int8_is_near_fp32_on_films_it_never_saw(
    image_encoder: bytes, int8: bytes, films: NDArray[np.float32]
) -> None:
    before, after = run(image_encoder, films[8:]), run(int8, films[8:])
    assert (before * after).sum(axis=1).min() > 0.99
    assert not np.array_equal(before, after)


def test_weights_are_of_7_bits_and_use_them_in_every_channel(int8: bytes) -> None:
    weights = int8_weights(int8)
    assert {array.shape for array in weights.values()} == {(12, 1, 3, 3), (8, 12)}
    for array in weights.values():
        largest = np.abs(array.astype(int)).reshape(len(array), -1).max(axis=1)
        assert largest.max() <= 64
        assert largest.min() >= 63


def test_the_batch_stays_free(int8: bytes, films: NDArray[np.float32]) -> None:
    assert onnx.load_from_string(int8).graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"
    alone = np.concatenate([run(int8, one[np.newaxis]) for one in films])
    assert run(int8, films) == pytest.approx(alone, abs=1e-5)


def test_what_follows_the_last_layer_stays_fp32(int8: bytes) -> None:
    graph = onnx.load_from_string(int8).graph
    makers = {output: node for node in graph.node for output in node.output}
    (norm,) = [node for node in graph.node if node.op_type == "LpNormalization"]
    assert norm.output[0] == "image_features"
    inputs = [node for node in graph.node if node.op_type in QUANTIZED]
    assert len(inputs) == 2
    for node in inputs:
        assert [makers[name].op_type for name in node.input] == ["DequantizeLinear"] * len(node.input)
    order = [node.op_type for node in graph.node]
    assert order.index("LpNormalization") > max(order.index(name) for name in QUANTIZED)


def test_the_same_films_give_the_same_model(
    image_encoder: bytes, int8: bytes, films: NDArray[np.float32]
) -> None:
    assert quantize_image_encoder(image_encoder, films[:8], first_in_int8=0) == int8


def test_a_text_encoder_keeps_its_tokens_free_and_its_features() -> None:
    chance = np.random.default_rng(2)
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["e"]),
        helper.make_node("MatMul", ["e", "w"], ["m"]),
        helper.make_node("ReduceMean", ["m", "axis"], ["p"], keepdims=0),
        helper.make_node("LpNormalization", ["p"], ["text_features"], axis=1, p=2),
    ]
    features = helper.make_tensor_value_info("text_features", TensorProto.FLOAT, ["batch", 8])
    given = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "tokens"])
    arrays = _weights(table=chance.normal(size=(20, 16)), w=chance.normal(size=(16, 8)))
    arrays.append(numpy_helper.from_array(np.array([1]), "axis"))
    graph = helper.make_graph(nodes, "tiny", [given], [features], arrays)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    fp32 = model.SerializeToString()
    int8 = quantize_text_encoder(fp32)
    for tokens in (3, 7):
        ids = chance.integers(0, 20, (4, tokens))
        before, after = (
            open_session(one, "onnxruntime", "cpu", 1).run({"input_ids": ids})["text_features"]
            for one in (fp32, int8)
        )
        assert (before * after).sum(axis=1).min() > 0.98
    assert all(np.abs(array.astype(int)).max() <= 64 for array in int8_weights(int8).values())


def test_weights_on_the_grid_survive_exactly(films: NDArray[np.float32]) -> None:
    """What training rounds to (64 steps of each channel's largest) is what the quantizer stores."""
    chance = np.random.default_rng(3)
    grid = chance.integers(-64, 65, (8, SIDE * SIDE))
    grid[:, 0] = 64
    step = chance.uniform(0.001, 0.1, (8, 1))
    model = _model(
        [
            helper.make_node("Flatten", ["pixels"], ["f"]),
            helper.make_node("Gemm", ["f", "v", "d"], ["g"], transB=1),
            helper.make_node("LpNormalization", ["g"], ["image_features"], axis=1, p=2),
        ],
        helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["batch", 1, SIDE, SIDE]),
        "image_features",
        v=grid * step,
        d=np.zeros(8),
    )
    (stored,) = int8_weights(quantize_image_encoder(model, films, first_in_int8=0)).values()
    assert np.array_equal(stored.astype(int), grid)


def test_what_comes_before_a_convolution_can_stay_fp32(
    image_encoder: bytes, films: NDArray[np.float32]
) -> None:
    """With one convolution and INT8 from the second on, everything in front of the end stays as it was."""
    graph = onnx.load_from_string(quantize_image_encoder(image_encoder, films, first_in_int8=1)).graph
    assert not any("Quantize" in node.op_type for node in graph.node)
