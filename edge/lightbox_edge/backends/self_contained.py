"""A model's file must hold all of its weights: ONNX lets a tensor name another file, anywhere on the disk.

OpenVINO reads such a file wherever it lies, and no hash of a bundle covers it. What is walked here is the
wire format of Protocol Buffers (https://protobuf.dev/programming-guides/encoding/) along those fields of
onnx.proto3 that lead to tensors.
"""

from __future__ import annotations

from collections.abc import Iterator

from lightbox_edge.errors import LightboxError

# Of each message, the fields that are messages on the way to a tensor, by their numbers in onnx.proto3.
_WAYS: dict[str, dict[int, str]] = {
    "Model": {7: "Graph", 20: "TrainingInfo", 25: "Function"},
    "TrainingInfo": {1: "Graph", 2: "Graph"},
    "Graph": {1: "Node", 5: "Tensor", 15: "SparseTensor"},
    "Function": {7: "Node", 11: "Attribute"},
    "Node": {5: "Attribute"},
    "Attribute": {5: "Tensor", 6: "Graph", 10: "Tensor", 11: "Graph", 22: "SparseTensor", 23: "SparseTensor"},
    "SparseTensor": {1: "Tensor", 2: "Tensor"},
    "Tensor": {},
}
_EXTERNAL_DATA, _DATA_LOCATION = 13, 14  # of a tensor
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5  # wire types; those of groups are no part of proto3


def require_self_contained(model: bytes) -> None:
    """Refuse a model that is no ONNX graph, or has a tensor whose values lie in another file.

    Raises:
        LightboxError: it is one of the two.
    """
    waiting = [("Model", memoryview(model))]
    try:
        while waiting:
            kind, message = waiting.pop()
            for number, value in _fields(message):
                if kind == "Tensor" and number in (_EXTERNAL_DATA, _DATA_LOCATION) and value:
                    raise LightboxError(
                        "The model names another file as its weights, which nobody can vouch for: export it "
                        "with its weights inside."
                    )
                if number in _WAYS[kind]:
                    waiting.append((_WAYS[kind][number], _message(value)))
    except (IndexError, ValueError) as error:
        raise LightboxError("The model is no ONNX graph: copy the bundle again.") from error


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Each field's number and its value: a number, or bytes of which nothing is copied."""
    at, end = 0, len(message)
    while at < end:
        tag, at = _varint(message, at)
        number, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            value, at = _varint(message, at)
            yield number, value
            continue
        size = {_FIXED64: 8, _FIXED32: 4}.get(wire)
        if size is None:
            if wire != _BYTES:
                raise ValueError("an unknown wire type")
            size, at = _varint(message, at)
        if size > end - at:
            raise ValueError("a field is cut off")
        yield number, message[at : at + size]
        at += size


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """A number of up to 64 bits, and the place behind it."""
    value = 0
    for place in range(10):
        byte = message[at + place]
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, at + place + 1
    raise ValueError("a number is too long")


def _message(value: int | memoryview) -> memoryview:
    if isinstance(value, int):
        raise ValueError("a number in the place of a message")  # the file is wrong, not the code
    return value
