"""PNG files without text, times, profiles and whatever else is no pixel (PNG 3rd edition, 5 and 11)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import Final

from lightbox_edge.referring.jpeg_stream import exif

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_PALETTE: Final = 3  # colour type
_TRANSPARENT: Final = {0: 2, 2: 6, _PALETTE: 256}  # bytes of a tRNS chunk by colour type
_STEP: Final = 1 << 20


def bare_png(data: bytes, orientation: int = 1) -> bytes:
    """The same picture with nothing but itself; ``orientation`` is Exif's.

    Raises:
        ValueError: it does not hold together from its start to its end.
    """
    chunks = list(_chunks(data))
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13:
        raise ValueError
    parts = [_SIGNATURE, *(_chunk(*one) for one in _needed(chunks))]
    if orientation != 1:
        parts.append(_chunk(b"eXIf", exif(orientation)))
    packed = b"".join(body for name, body in chunks if name == b"IDAT")
    return b"".join((*parts, _chunk(b"IDAT", _stream(packed)), _chunk(b"IEND", b"")))


def _needed(chunks: Sequence[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    """The header, and what its colour type needs beside the rows, no longer than that can be."""
    colour = chunks[0][1][9]
    longest = {
        b"IHDR": 13,
        b"PLTE": 768 if colour == _PALETTE else 0,
        b"tRNS": _TRANSPARENT.get(colour, 0),
    }
    for name, most in longest.items():
        found = [body for one, body in chunks if one == name]
        if len(found) > 1:
            raise ValueError
        if found and most:
            yield name, found[0][:most]


def _stream(packed: bytes) -> bytes:
    """The compressed rows as far as their stream goes, which ends by itself."""
    stream, rest = zlib.decompressobj(), packed
    try:
        while not stream.eof:
            if not stream.decompress(rest, _STEP) and not rest:
                raise ValueError
            rest = stream.unconsumed_tail
    except zlib.error as error:
        raise ValueError from error
    return packed[: len(packed) - len(stream.unused_data)]


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    offset = len(_SIGNATURE)
    while True:
        head = data[offset : offset + 8]
        if len(head) < 8:
            raise ValueError
        length, name = struct.unpack(">I4s", head)
        if offset + 12 + length > len(data):
            raise ValueError
        if name == b"IEND":
            return
        yield name, data[offset + 8 : offset + 8 + length]
        offset += 12 + length


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
