"""JPEG 2000 codestreams without comments and what lies around them (ISO/IEC 15444-1 A); no sample changes."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

_TILE, _DATA = 0xFF90, 0xFF93
# What a decoder needs (Table A.2): size, capabilities, coding, quantization, regions, progression, headers
_NEEDED: Final = frozenset(
    (0xFF50, 0xFF51, 0xFF52, 0xFF53, 0xFF59, 0xFF5C, 0xFF5D, 0xFF5E, 0xFF5F, 0xFF60, 0xFF61)
)


def bare_jpeg2000(data: bytes) -> bytes:
    """The codestream alone, without comments, lists of lengths and segments that nobody knows.

    Args:
        data: a codestream, or a file around one.

    Raises:
        ValueError: it does not hold together from its start to its end.
    """
    data = data[data.index(b"\xff\x4f\xff\x51") :]
    try:
        return b"".join((b"\xff\x4f", *_bare(data), b"\xff\xd9"))
    except struct.error as error:
        raise ValueError from error


def _bare(data: bytes) -> Iterator[bytes]:
    header, offset = _segments(data, 2, _TILE)
    yield header
    while data[offset : offset + 2] != b"\xff\xd9":
        marker, tile, length, part, parts = struct.unpack_from(">H2xHIBB", data, offset)
        end = offset + length if length else data.rindex(b"\xff\xd9")
        if marker != _TILE or not offset + 12 < end <= len(data):
            raise ValueError
        header, start = _segments(data[:end], offset + 12, _DATA)
        body = header + data[start:end]
        yield struct.pack(">HHHIBB", _TILE, 10, tile, 12 + len(body), part, parts) + body
        offset = end


def _segments(data: bytes, offset: int, last: int) -> tuple[bytes, int]:
    """The segments from an offset to a marker that are kept, and where that marker stands."""
    kept = []
    while (marker := struct.unpack_from(">H", data, offset)[0]) != last:
        (length,) = struct.unpack_from(">H", data, offset + 2)
        end = offset + 2 + length
        if marker <= 0xFF4F or length < 2 or end > len(data):
            raise ValueError
        if marker in _NEEDED:
            kept.append(data[offset:end])
        offset = end
    return b"".join(kept), offset
