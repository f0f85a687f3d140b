"""PNG chunks, TIFF entries, the chunks of WebP; what is a codestream is changed as one."""

from __future__ import annotations

import struct
import zlib
from random import Random

from tests.fuzz.mutations import changed, number
from tests.fuzz.structures.codestreams import codestream_changed

_PNG = b"\x89PNG\r\n\x1a\n"
_CHUNKS = (
    b"IHDR",
    b"IDAT",
    b"PLTE",
    b"tRNS",
    b"zTXt",
    b"iTXt",
    b"iCCP",
    b"eXIf",
    b"gAMA",
    b"acTL",
    b"fcTL",
    b"IEND",
)
_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8}
_TAGS = (
    254,
    256,
    257,
    258,
    259,
    262,
    273,
    274,
    277,
    278,
    279,
    284,
    317,
    320,
    322,
    323,
    324,
    325,
    330,
    338,
    339,
    34675,
)


def picture_changed(data: bytes, choose: Random) -> bytes:
    """Change a picture of whatever kind by its structure, or its bytes."""
    if choose.random() < 0.3:
        return changed(data, choose)
    if data.startswith(_PNG):
        return _png(data, choose)
    if data[:2] in (b"II", b"MM"):
        return _tiff(data, choose)
    if data[:4] == b"RIFF":
        return _riff(data, choose)
    if data[:2] in (b"\xff\xd8", b"\xff\x4f"):
        return codestream_changed(data, choose)
    if (place := data.find(b"\xff\x4f\xff\x51")) > 0:  # JPEG 2000 in its boxes
        return data[:place] + codestream_changed(data[place:], choose)
    return changed(data[:60], choose) + data[60:]  # BMP: all that matters is its header


def _png(data: bytes, choose: Random) -> bytes:
    """Whole chunks with right checksums, one of them changed, moved, lost or new."""
    chunks, offset = [], len(_PNG)
    while offset + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, offset)
        chunks.append((data[offset + 4 : offset + 8], data[offset + 8 : offset + 8 + length]))
        offset += 12 + length
    if not chunks:
        return changed(data, choose)
    place = choose.randrange(len(chunks))
    kind, body = chunks[place]
    match choose.randrange(5):
        case 0:
            chunks[place] = (choose.choice(_CHUNKS), body)
        case 1:
            chunks.insert(choose.randrange(len(chunks)), (kind, body))
        case 2:
            chunks.insert(place, (choose.choice(_CHUNKS), _squeezed(choose)))
        case _:
            chunks[place] = (kind, changed(body, choose))
    return _PNG + b"".join(_chunk(*one) for one in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _squeezed(choose: Random) -> bytes:
    """A compressed text or profile that unpacks to a lot."""
    return b"key\0\0" + zlib.compress(bytes(choose.choice((10, 1 << 20, 80 << 20))), 1)


def _tiff(data: bytes, choose: Random) -> bytes:
    """One entry of the first directory with another tag, type, count or value (TIFF 6.0, section 2)."""
    order = "<" if data[:2] == b"II" else ">"
    try:
        (directory,) = struct.unpack_from(order + "I", data, 4)
        (count,) = struct.unpack_from(order + "H", data, directory)
    except struct.error:
        return changed(data, choose)
    made = bytearray(data)
    for _ in range(choose.choice((1, 1, 2, 3))):
        entry = directory + 2 + 12 * choose.randrange(max(1, count))
        where = choose.randrange(5)
        if entry + 16 > len(made):
            return changed(data, choose)
        match where:
            case 0:
                struct.pack_into(order + "H", made, entry, choose.choice(_TAGS))
            case 1:
                struct.pack_into(order + "H", made, entry + 2, choose.choice((*_TYPE_BYTES, 0, 99)))
            case 2:
                struct.pack_into(order + "I", made, entry + 4, number(choose, 4))
            case 3:
                struct.pack_into(
                    order + "I", made, entry + 8, choose.choice((number(choose, 4), directory, 8))
                )
            case _:  # the next directory: itself makes a ring
                end = directory + 2 + 12 * count
                if end + 4 <= len(made):
                    struct.pack_into(order + "I", made, end, choose.choice((directory, 8, number(choose, 4))))
    return bytes(made)


def _riff(data: bytes, choose: Random) -> bytes:
    """The sizes of WebP's chunks and what their first bytes say."""
    made, offset = bytearray(data), 12
    places = []
    while offset + 8 <= len(data):
        places.append(offset)
        (length,) = struct.unpack_from("<I", data, offset + 4)
        offset += 8 + length + length % 2
    if not places:
        return changed(data, choose)
    place = choose.choice(places)
    if choose.random() < 0.3:
        struct.pack_into("<I", made, place + 4, number(choose, 4))
    else:
        head = changed(bytes(made[place + 8 : place + 40]), choose)
        made[place + 8 : place + 40] = head
    return bytes(made)
