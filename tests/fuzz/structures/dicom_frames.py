"""Compressed DICOM frames, changed in their fragments (PS3.5 A.4)."""

from __future__ import annotations

import struct
from random import Random

from tests.fuzz.mutations import changed
from tests.fuzz.structures.codestreams import codestream_changed

_PIXELS = b"\xe0\x7f\x10\0"
_ITEM, _SEQUENCE_END = b"\xfe\xff\0\xe0", b"\xfe\xff\xdd\xe0"


def frame_changed(data: bytes, choose: Random) -> bytes | None:
    """The same file with one fragment changed and its length put right; None where nothing is compressed."""
    start = data.rfind(_PIXELS)
    if start < 0 or data[start + 8 : start + 12] != b"\xff\xff\xff\xff":
        return None
    fragments, offset = [], start + 12
    while data[offset : offset + 4] == _ITEM and offset + 8 <= len(data):
        (length,) = struct.unpack_from("<I", data, offset + 4)
        fragments.append(data[offset + 8 : offset + 8 + length])
        offset += 8 + length
    if len(fragments) < 2:
        return None
    place = choose.randrange(1, len(fragments)) if choose.random() < 0.95 else 0
    stream = fragments[place]
    if stream[:2] in (b"\xff\xd8", b"\xff\x4f"):
        fragments[place] = codestream_changed(stream, choose)
    else:  # RLE: a head of 64 bytes
        fragments[place] = (
            changed(stream[:64], choose) + stream[64:] if choose.random() < 0.5 else changed(stream, choose)
        )
    if choose.random() < 0.1:
        fragments.insert(place, fragments[place][: choose.randrange(len(fragments[place]) + 1)])
    items = (_ITEM + struct.pack("<I", len(one)) + one for one in (_even(part) for part in fragments))
    return data[: start + 12] + b"".join(items) + _SEQUENCE_END + bytes(4)


def _even(part: bytes) -> bytes:
    return part + b"\0" * (len(part) % 2)
