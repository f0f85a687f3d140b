"""What a bundle's files may be: weights inside the model, plain arrays, paths that are one file anywhere."""

from __future__ import annotations

import contextlib
import io
import os
import pickle
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from lightbox_edge.arrays import float32_array
from lightbox_edge.backends import BackendName, open_session
from lightbox_edge.backends.self_contained import require_self_contained
from lightbox_edge.errors import BundleError, LightboxError
from lightbox_edge.portable_paths import inside, is_portable
from lightbox_edge.text import SentenceEncoder
from tests import tiny


def external(name: str) -> onnx.TensorProto:
    """A tensor whose values lie in the file that is named."""
    tensor = numpy_helper.from_array(np.zeros(4, np.float32), "w")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", name), ("offset", "0"), ("length", "16")):
        entry = tensor.external_data.add()
        entry.key, entry.value = key, value
    return tensor


def adding(tensor: onnx.TensorProto | None, *nodes: onnx.NodeProto) -> bytes:
    """A graph that adds four numbers to its input."""
    graph = helper.make_graph(
        [*nodes, helper.make_node("Add", ["x", "w"], ["y"])],
        "adding",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [4])],
        [] if tensor is None else [tensor],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    content: bytes = model.SerializeToString()
    return content


@pytest.mark.parametrize("backend", ["onnxruntime", "openvino"])
@pytest.mark.parametrize("where", ["beside", "sub/inner", "../up", "absolute"])
def test_a_model_cannot_read_another_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, backend: BackendName, where: str
) -> None:
    """OpenVINO by itself would read each of them."""
    pytest.importorskip(backend)
    inner = tmp_path / "inner"
    (inner / "sub").mkdir(parents=True)
    for place in (inner / "beside", inner / "sub" / "inner", tmp_path / "up"):
        np.arange(4, dtype=np.float32).tofile(place)
    monkeypatch.chdir(inner)
    named = str(inner / "beside") if where == "absolute" else where
    with pytest.raises(LightboxError, match="names another file as its weights"):
        open_session(adding(external(named)), backend, "cpu")


def test_wherever_a_model_hides_it() -> None:
    hidden = external("secret")
    inner = helper.make_graph(
        [helper.make_node("Constant", [], ["c"], value=hidden)],
        "inner",
        [],
        [helper.make_tensor_value_info("c", TensorProto.FLOAT, [4])],
    )
    condition = helper.make_node("Constant", [], ["b"], value=numpy_helper.from_array(np.array(True)))
    for node in (
        helper.make_node("Constant", [], ["w"], value=hidden),
        helper.make_node("If", ["b"], ["w"], then_branch=inner, else_branch=inner),
        helper.make_node("Any", [], ["w"], tensors=[hidden]),
    ):
        with pytest.raises(LightboxError, match="names another file"):
            require_self_contained(adding(None, condition, node))
    function = helper.make_function(
        "own", "F", [], ["c"], [helper.make_node("Constant", [], ["c"], value=hidden)], []
    )
    model = onnx.ModelProto()
    model.functions.append(function)
    with pytest.raises(LightboxError, match="names another file"):
        require_self_contained(model.SerializeToString())


def test_models_that_hold_their_weights_pass() -> None:
    for model in (tiny.image_encoder(patches=True), tiny.text_encoder(), tiny.mask_decoder()):
        require_self_contained(model)
    require_self_contained(adding(numpy_helper.from_array(np.ones(4, np.float32), "w")))


@given(st.binary(max_size=64))
def test_any_bytes_pass_or_are_refused(content: bytes) -> None:
    with contextlib.suppress(LightboxError):
        require_self_contained(content)


def npy(array: np.ndarray) -> bytes:  # type: ignore[type-arg]  # of any type, and that is the point
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=array.dtype == object)
    return buffer.getvalue()


@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_comes_back(order: str) -> None:
    array = np.asarray(np.arange(6, dtype=np.float32).reshape(2, 3), order=order)  # type: ignore[call-overload]
    np.testing.assert_array_equal(float32_array(npy(array)), array)


class Executed:
    """Pickled, it makes a file when it is read."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("executed",)


def test_nothing_but_the_float32_values_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    zipped = io.BytesIO()
    np.savez(zipped, a=np.ones(2, np.float32))
    whole = npy(np.ones((2, 2), np.float32))
    bad = [
        pickle.dumps(Executed()),
        npy(np.array([Executed()], dtype=object)),
        zipped.getvalue(),
        npy(np.ones(2)),
        npy(np.array([np.nan], np.float32)),
        npy(np.array([np.inf], np.float32)),
        whole[:-1],
        whole + b"\0",
        whole.replace(b"(2, 2)", b"(99999999999999, 2)"),
        whole.replace(b"(2, 2)", b"(-2, -2)"),
        b"",
        b"\x93NUMPY\x02\x00",
    ]
    for content in bad:
        with pytest.raises(ValueError):  # noqa: PT011  # NumPy has many sentences
            float32_array(content)
    assert not (tmp_path / "executed").exists()


def test_a_tokenizer_that_is_none_is_one_sentence() -> None:
    for content in (b"", b"{}", b"[1]", b"\xff", b'{"model": {"type": "x"}}', pickle.dumps(Executed())):
        with pytest.raises(BundleError, match=r"^The tokenizer is no tokenizer\.json"):
            SentenceEncoder(tiny.text_encoder(), content, 16, "onnxruntime")


@pytest.mark.parametrize(
    "path", ["a", "a/b.c", "int8_avx2/image_encoder.onnx", "NULL", "com", "a..b", "é/日本"]
)
def test_portable(tmp_path: Path, path: str) -> None:
    assert is_portable(path)
    assert inside(tmp_path, path) == tmp_path / path


@given(st.text(max_size=8).map(lambda end: f"C:{end}") | st.text("./\\", max_size=6))
def test_not_portable(path: str) -> None:
    assert not is_portable(path)
