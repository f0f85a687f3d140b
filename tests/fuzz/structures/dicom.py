"""DICOM: elements with another VR, length or value; compressed frames changed in their fragments (PS3.5)."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from random import Random

from tests.fuzz.mutations import changed, number
from tests.fuzz.structures.dicom_frames import frame_changed

_LONG = (b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV")
_VRS = (
    *_LONG, b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO", b"LT", b"PN", b"SH",
    b"SL", b"SS", b"ST", b"TM", b"UI", b"UL", b"US", b"zz",
)  # fmt: skip
_VALUES = (
    b"", b"1e308", b"-1e308", b"1e-308", b"nan", b"inf", b"-inf", b"1e400", b"0", b"-1", b"9" * 400,
    b"1\\2\\3", b"\\" * 64, b"\x1b[31m", b"\0" * 8, b"\xff" * 8, b"CT", b"RGB", b"YBR_FULL_422",
    b"PALETTE COLOR", b"MONOCHROME1", b"a" * 2000, b"\x1b$B\xff\xff", b"ISO_IR 192",
    b"ISO 2022 IR 87\\ISO 2022 IR 149",
    b"1.2.840.10008.1.2.4.80", b"1.2.840.10008.1.2.5",
)  # fmt: skip
_ITEM, _ITEM_END, _SEQUENCE_END = b"\xfe\xff\0\xe0", b"\xfe\xff\x0d\xe0", b"\xfe\xff\xdd\xe0"
_UNDEFINED = 0xFFFFFFFF
# Little endian: group and element of what decides how a picture is read.
_TAGS = tuple(
    struct.pack("<HH", tag >> 16, tag & 0xFFFF)
    for tag in (
        0x00080005, 0x00080060, 0x00280002, 0x00280004, 0x00280006, 0x00280008, 0x00280010, 0x00280011,
        0x00280030, 0x00280100, 0x00280101, 0x00280102, 0x00280103, 0x00280120, 0x00280121, 0x00281050,
        0x00281051, 0x00281052, 0x00281053, 0x00281056, 0x00281101, 0x00281201, 0x00281221, 0x00283000,
        0x00283002, 0x00283006, 0x00283010, 0x20500020, 0x7FE00001, 0x7FE00002, 0x7FE00008, 0x7FE00009,
        0x00020010,
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Element:
    start: int
    value: int
    end: int
    vr: bytes  # empty where it is implicit


def dicom_changed(data: bytes, choose: Random) -> bytes:
    """Change an element, add one, nest sequences, or change a compressed frame."""
    chance = choose.random()
    if chance < 0.15:
        return changed(data[:4096], choose) + data[4096:]
    if chance < 0.2:
        return changed(data, choose)
    if chance < 0.5 and (made := frame_changed(data, choose)) is not None:
        return made
    elements = _elements(data)
    if not elements:
        return changed(data, choose)
    for _ in range(choose.choice((1, 1, 1, 2))):
        data = _element_changed(data, choose.choice(elements), choose)
        elements = _elements(data) or elements
    return data


def _elements(data: bytes) -> list[_Element]:
    """The elements of the top level up to the pixels, little endian, explicit or implicit."""
    found, offset = [], 132 if data[128:132] == b"DICM" else 0
    while offset + 12 <= len(data):
        vr = data[offset + 4 : offset + 6]
        if vr in _LONG:
            value, (length,) = offset + 12, struct.unpack_from("<I", data, offset + 8)
        elif vr in _VRS:
            value, (length,) = offset + 8, struct.unpack_from("<H", data, offset + 6)
        else:
            vr, value, (length,) = b"", offset + 8, struct.unpack_from("<I", data, offset + 4)
        end = len(data) if length == _UNDEFINED else value + length
        if end > len(data):
            break
        found.append(_Element(offset, value, end, vr))
        offset = end
    return found


def _element_changed(data: bytes, one: _Element, choose: Random) -> bytes:
    before, after = data[: one.start], data[one.end :]
    tag, content = data[one.start : one.start + 4], data[one.value : one.end]
    match choose.randrange(8):
        case 0:  # its length lies
            size = 4 if not one.vr or one.vr in _LONG else 2
            lie = number(choose, size).to_bytes(size, "little")
            return data[: one.value - size] + lie + data[one.value :]
        case 1:
            return before + _written(tag, choose.choice(_VRS), content) + after
        case 2:
            return before + _written(choose.choice(_TAGS), one.vr, content) + data[one.start :]
        case 3:
            return before + after
        case 4:
            return before + _nested(tag, choose) + after
        case 5:
            new = number(choose, 2).to_bytes(2, "little") * choose.choice((1, 1, 2, 3))
            return before + _written(tag, one.vr, new) + after
        case 6:
            return (
                before
                + _written(choose.choice(_TAGS), choose.choice(_VRS), choose.choice(_VALUES))
                + data[one.start :]
            )
        case _:
            return before + _written(tag, one.vr, choose.choice((*_VALUES, changed(content, choose)))) + after


def _written(tag: bytes, vr: bytes, content: bytes) -> bytes:
    if not vr:
        return tag + struct.pack("<I", len(content)) + content
    if vr in _LONG:
        return tag + vr + struct.pack("<HI", 0, len(content)) + content
    return tag + vr + struct.pack("<H", len(content) & 0xFFFF) + content


def _nested(tag: bytes, choose: Random) -> bytes:
    """Sequences in sequences, deep or with many items, ended or not."""
    depth = choose.choice((1, 3, 30, 400, 3000))
    head = tag + b"SQ\0\0" + struct.pack("<I", _UNDEFINED) + _ITEM + struct.pack("<I", _UNDEFINED)
    tail = (_ITEM_END + bytes(4) + _SEQUENCE_END + bytes(4)) * (depth if choose.random() < 0.7 else 0)
    return head * depth + tail


def deflated_changed(data: bytes, choose: Random) -> bytes:
    """A deflated file whose data set is changed before it is packed again (PS3.5 A.5)."""
    if data[128:132] != b"DICM" or choose.random() < 0.2:
        return changed(data, choose)
    (length,) = struct.unpack_from("<I", data, 140)
    start = 144 + length
    try:
        inside = zlib.decompress(data[start:], -zlib.MAX_WBITS)
    except zlib.error:
        return changed(data, choose)
    squeeze = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    return data[:start] + squeeze.compress(dicom_changed(inside, choose)) + squeeze.flush()
