"""The deflated transfer syntax (PS3.5 A.5), unpacked here because pydicom would unpack without limit."""

from __future__ import annotations

import struct
import zlib
from typing import Final

from lightbox_edge.errors import UnreadableImage
from lightbox_edge.reading.limits import Limits

_DEFLATED: Final = b"1.2.840.10008.1.2.1.99"
_EXPLICIT: Final = b"1.2.840.10008.1.2.1\0"
_LONG: Final = frozenset((b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"SQ", b"UN", b"UC", b"UR", b"UT"))


def inflated(data: bytes, limits: Limits) -> bytes:
    """Return ``data``, or a deflated file as one in Explicit VR Little Endian.

    Raises:
        UnreadableImage: it inflates to more than ``limits.bytes``, or is cut short.
    """
    offset = 132 if data[128:132] == b"DICM" else 0
    found = False
    while (
        data[offset : offset + 2] == b"\x02\0" and len(data) >= offset + 12
    ):  # meta: always explicit, little
        long = data[offset + 4 : offset + 6] in _LONG
        start = offset + (12 if long else 8)
        (length,) = struct.unpack_from("<I" if long else "<H", data, offset + (8 if long else 6))
        if data[offset : offset + 4] == b"\x02\0\x10\0":
            found = data[start : start + length].rstrip(b"\0 ") == _DEFLATED
        offset = start + length
    if not found:
        return data
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    body = stream.decompress(data[offset:], limits.bytes + 1)
    if len(body) > limits.bytes:
        raise UnreadableImage(f"The file unpacks to more than {limits.bytes} bytes.")
    syntax = b"\x02\0\x10\0UI" + struct.pack("<H", len(_EXPLICIT)) + _EXPLICIT
    return bytes(128) + b"DICM" + syntax + body
