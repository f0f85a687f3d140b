"""JPEG and JPEG-LS streams without what else they carry; no sample changes (ISO/IEC 10918-1 B, 14495-1 C).

Application segments and comments go, and whatever stands behind the end of the picture: a preview, a second
picture of a telephone, anything appended. Of two the bytes that say how colours are meant are written anew.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Final

_SCAN, _END, _JFIF, _EXIF, _ADOBE = 0xDA, 0xD9, 0xE0, 0xE1, 0xEE
_HUFFMAN, _QUANTIZATION, _RESTART, _LS_PRESET = 0xC4, 0xDB, 0xDD, 0xF8
_FRAMES: Final = frozenset((*range(0xC0, 0xD0), 0xF7)) - {_HUFFMAN, 0xC8, 0xCC}
_MARKER: Final = re.compile(rb"\xff[\xc0-\xcf\xd8-\xfe]")  # in a scan: no stuffing, no restart, no fill


def bare_jpeg(data: bytes, orientation: int = 1) -> bytes:
    """The same picture with nothing but itself.

    Args:
        data: a whole stream; what follows its end is left out.
        orientation: Exif's, for a file whose pixels lie as the camera was held.

    Raises:
        ValueError: it does not hold together from its start to its end.
    """
    kept = [b"\xff\xd8"]
    if orientation != 1:
        kept.append(_segment(_EXIF, b"Exif\0\0" + exif(orientation)))
    for marker, part in _parts(data):
        if _is_remark(marker):
            kept.append(_anew(marker, part[4:]))
        elif _is_full(marker, part[4 : 2 + int.from_bytes(part[2:4])]):
            kept.append(part)
        else:
            raise ValueError
    return b"".join((*kept, b"\xff\xd9"))


def exif(orientation: int) -> bytes:
    """An Exif block (a TIFF of one directory) with its Orientation alone."""
    return struct.pack("<2sHIHHHIHHI", b"II", 42, 8, 1, 0x0112, 3, 1, orientation, 0, 0)


def _is_remark(marker: int) -> bool:
    return 0xE0 <= marker <= 0xEF or marker == 0xFE


def _anew(marker: int, body: bytes) -> bytes:
    if marker == _JFIF and body[:5] == b"JFIF\0":  # colours are YCbCr; no density, no preview
        return _segment(_JFIF, b"JFIF\0\1\1\0\0\1\0\1\0\0")
    if marker == _ADOBE and body[:5] == b"Adobe" and len(body) >= 12:
        return _segment(_ADOBE, b"Adobe\0\x64\0\0\0\0" + body[11:12])
    return b""


def _is_full(marker: int, body: bytes) -> bool:
    """Whether a segment is one that a picture needs, and holds what it says and no more."""
    if marker in _FRAMES:
        return len(body) > 5 and len(body) == 6 + 3 * body[5]
    if marker == _SCAN:
        return len(body) > 0 and len(body) == 4 + 2 * body[0]
    if marker in (_HUFFMAN, _QUANTIZATION):
        return _is_of_tables(marker, body)
    return (marker == _RESTART and len(body) == 2) or (
        marker == _LS_PRESET and body[:1] == b"\1" and len(body) == 11
    )


def _is_of_tables(marker: int, body: bytes) -> bool:
    offset = 0
    while offset < len(body):
        if marker == _HUFFMAN:
            offset += 17 + sum(body[offset + 1 : offset + 17])
        else:
            offset += 65 + 64 * (body[offset] >> 4)
    return offset == len(body)


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each segment between start and end with its marker; a scan's header with the scan."""
    if data[:2] != b"\xff\xd8":
        raise ValueError
    offset = 2
    while True:
        while data[offset : offset + 2] == b"\xff\xff":  # fill bytes
            offset += 1
        if len(data) < offset + 2 or data[offset] != 0xFF:
            raise ValueError
        marker = data[offset + 1]
        if marker == _END:
            return
        end = _end(data, offset, marker)
        yield marker, data[offset:end]
        offset = end


def _end(data: bytes, offset: int, marker: int) -> int:
    length = int.from_bytes(data[offset + 2 : offset + 4])
    end = offset + 2 + length
    if marker < 0xC0 or length < 2 or end > len(data):
        raise ValueError
    if marker != _SCAN:
        return end
    found = _MARKER.search(data, end)
    if found is None:
        raise ValueError
    return found.start()
