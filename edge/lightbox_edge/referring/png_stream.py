"""PNG files without text, times, profiles and whatever else is no pixel (PNG 3rd edition, 5 and 11)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Final

from lightbox_edge.referring.jpeg_stream import exif

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_KEPT: Final = (b"IHDR", b"PLTE", b"tRNS")
_STEP: Final = 1 << 20


def bare_png(data: bytes, orientation: int = 1) -> bytes:
    """The same picture with nothing but itself; ``orientation`` is Exif's.

    Raises:
        ValueError: it does not hold together from its start to its end.
    """
    parts, packed = [_SIGNATURE], []
    for name, body in _chunks(data):
        if name in _KEPT:
            parts.append(_chunk(name, body))
        elif name == b"IDAT":
            packed.append(body)
    if orientation != 1:
        parts.append(_chunk(b"eXIf", exif(orientation)))
    return b"".join((*parts, _chunk(b"IDAT", _stream(b"".join(packed))), _chunk(b"IEND", b"")))


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
