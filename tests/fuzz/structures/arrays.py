"""Arrays as .npy: the header says what the numbers are."""

from __future__ import annotations

import struct
from random import Random

from tests.fuzz.mutations import changed
from tests.fuzz.structures.texts import text_changed


def npy_changed(data: bytes, choose: Random) -> bytes:
    """Change the header of a .npy file and put its length right; or its numbers."""
    if data[:6] != b"\x93NUMPY" or choose.random() < 0.2:
        return changed(data, choose)
    (length,) = struct.unpack_from("<H", data, 8)
    head, body = data[10 : 10 + length], data[10 + length :]
    match choose.randrange(4):
        case 0:
            body = changed(body, choose)
        case 1:
            value = choose.choice((float("nan"), float("inf"), -float("inf"), 1e38, 0.0))
            place = 4 * choose.randrange(max(1, len(body) // 4))
            body = body[:place] + struct.pack("<f", value) + body[place + 4 :]
        case 2:
            new = choose.choice(
                (b"|O", b"<f8", b">f4", b"<i4", b"|S5", b"<U9", b"<c8", b"|b1", b"<f2", b"|V4", b"<M8")
            )
            head = head.replace(b"<f4", new)
        case _:
            head = text_changed(head, choose)[:0xFF00]
    return data[:8] + struct.pack("<H", len(head)) + head + body
