"""The segments of JPEG, JPEG-LS and JPEG 2000 streams (ISO/IEC 10918-1 B.1, 14495-1 C, 15444-1 A)."""

from __future__ import annotations

import struct
from random import Random

from tests.fuzz.mutations import changed, number

_NUMBERED = frozenset((0xFF01, *range(0xFFD0, 0xFFDA), *range(0xFF30, 0xFF40)))  # markers without a segment


def codestream_changed(data: bytes, choose: Random) -> bytes:
    """A segment of a JPEG, JPEG-LS or JPEG 2000 stream changed, doubled, lost or moved; or the coded data."""
    parts = segments(data)
    if len(parts) < 3 or choose.random() < 0.15:
        return changed(data, choose)
    place = choose.randrange(1, len(parts))
    match choose.randrange(6):
        case 0:
            del parts[place]
        case 1:
            parts.insert(choose.randrange(1, len(parts)), parts[place])
        case 2:  # the marker itself
            parts[place] = parts[place][:1] + bytes((choose.randrange(256),)) + parts[place][2:]
        case 3:  # a number in its head: sizes, samples, tables, levels
            body = bytearray(parts[place])
            size = choose.choice((1, 1, 2, 4))
            if len(body) > 4 + size:
                start = choose.randrange(4, min(len(body) - size, 60) + 1)
                body[start : start + size] = number(choose, size).to_bytes(size, "big")
            parts[place] = bytes(body)
        case _:
            parts[place] = parts[place][:4] + changed(parts[place][4:], choose)
    return b"".join(parts)


def segments(data: bytes) -> list[bytes]:
    """The markers with their segments, as far as they can be followed, and the rest as the last part."""
    parts, offset = [data[:2]], 2
    while offset + 4 <= len(data) and data[offset] == 0xFF:
        marker, length = struct.unpack_from(">HH", data, offset)
        end = offset + (2 if marker in _NUMBERED else 2 + length)
        parts.append(data[offset:end])
        offset = end
        if marker in (0xFFDA, 0xFF93):  # what follows is coded
            break
    parts.append(data[offset:])
    return parts
