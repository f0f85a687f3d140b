"""Protocol buffers, which ONNX files are: fields changed deep inside, the lengths around them put right."""

from __future__ import annotations

from random import Random

from tests.fuzz.mutations import changed


def protobuf_changed(data: bytes, choose: Random, depth: int = 0) -> bytes:
    """Change one field of a message, deep inside as a rule; lengths around it are put right."""
    fields = _fields(data)
    if not fields or choose.random() < 0.15:
        return changed(data, choose)
    place = choose.randrange(len(fields))
    key, wire, content = fields[place]
    match (choose.randrange(8), wire):
        case (0, _):
            del fields[place]
        case (1, _):
            fields.insert(place, fields[place])
        case (2, _):
            fields[place] = (key ^ 8 << choose.randrange(4), wire, content)
        case (_, 0):
            big = choose.choice((0, 1, 2, 7, 127, 2**31, 2**40, 2**63, 2**64 - 1, choose.randrange(64)))
            fields[place] = (key, wire, _varint(big))
        case (_, 2) if depth < 6 and len(content) > 4:
            fields[place] = (key, wire, protobuf_changed(content, choose, depth + 1))
        case _:
            fields[place] = (key, wire, changed(content, choose))
    return b"".join(_field(*one) for one in fields)


def _fields(data: bytes) -> list[tuple[int, int, bytes]]:
    """Key, wire type and content of each field; empty if these bytes are no message."""
    fields, offset = [], 0
    while offset < len(data):
        key, offset = _read_varint(data, offset)
        wire = key & 7
        if wire == 0:
            start = offset
            _, offset = _read_varint(data, offset)
            content = data[start:offset]
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
            content, offset = data[offset : offset + size], offset + size
        elif wire == 2:
            size, offset = _read_varint(data, offset)
            content, offset = data[offset : offset + size], offset + size
        else:
            return []
        if offset > len(data) or not key >> 3:
            return []
        fields.append((key, wire, content))
    return fields


def _field(key: int, wire: int, content: bytes) -> bytes:
    return _varint(key) + (_varint(len(content)) if wire == 2 else b"") + content


def _read_varint(data: bytes, offset: int) -> tuple[int, int]:
    value = shift = 0
    while offset < len(data) and shift < 64:
        byte = data[offset]
        value, shift, offset = value | (byte & 127) << shift, shift + 7, offset + 1
        if byte < 128:
            return value, offset
    return 0, len(data) + 1


def _varint(value: int) -> bytes:
    made = bytearray()
    while value > 127:
        made.append(value & 127 | 128)
        value >>= 7
    made.append(value)
    return bytes(made)
