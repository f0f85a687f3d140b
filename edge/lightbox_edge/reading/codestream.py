"""What a compressed picture says about itself, read before a decoder sees it."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from lightbox_edge.errors import UnreadableImage

Coding = Literal["JPEG", "JPEG 12 bit", "JPEG lossless", "JPEG-LS", "JPEG 2000", "RLE"]

_DAMAGED: Final = "The compressed picture is damaged or cut short: copy the file again."
_LOSSLESS, _LS = 0xC3, 0xF7
_DCT: Final = frozenset((0xC0, 0xC1, 0xC2))
_FRAMES: Final = frozenset((*range(0xC0, 0xD0), _LS)) - {0xC4, 0xC8, 0xCC}
_START_OF_SCAN, _END = 0xDA, b"\xff\xd9"
# Huffman and quantization tables, restart interval, JPEG-LS parameters: what else may come before a scan
_TABLES: Final = frozenset((0xC4, 0xDB, 0xDD, 0xF8))


@dataclass(frozen=True, slots=True)
class Codestream:
    """The size and samples that a compressed frame declares itself.

    Attributes:
        precision: bits of a sample as compressed, which may be more than DICOM's BitsStored.
        signed: whether the samples are two's complement (JPEG 2000 only; JPEG has no sign).
        rgb: whether a JPEG's colours are marked as red, green and blue; None if nothing says.
    """

    coding: Coding
    rows: int
    columns: int
    samples: int
    precision: int
    signed: bool = False
    rgb: bool | None = None


def codestream(data: bytes) -> Codestream | None:
    """Read a frame's own header; None if it is neither JPEG, JPEG-LS nor JPEG 2000.

    Raises:
        UnreadableImage: it is one of them and its header or its end is missing.
    """
    try:
        if data[:4] == b"\xff\x4f\xff\x51":
            return _jpeg2000(data)
        if data[:8] == b"\0\0\0\x0cjP  ":
            return _jpeg2000(data[data.index(b"\xff\x4f\xff\x51") :])
        if data[:2] == b"\xff\xd8":
            return _jpeg(data)
    except (struct.error, IndexError, ValueError) as error:
        raise UnreadableImage(_DAMAGED) from error
    return None


def _jpeg2000(data: bytes) -> Codestream:
    """The SIZ segment (ISO/IEC 15444-1 A.5.1)."""
    right, bottom, left, top = struct.unpack_from(">4I", data, 8)
    (samples,) = struct.unpack_from(">H", data, 40)
    depth = data[42]
    return Codestream(
        "JPEG 2000", bottom - top, right - left, samples, (depth & 0x7F) + 1, bool(depth & 0x80)
    )


def without_remarks(data: bytes) -> bytes:
    """A JPEG or JPEG-LS stream without application segments and comments, which decoders may act on."""
    kept = [data[start:end] for marker, start, end in _segments(data) if not _is_remark(marker)]
    *_, (_, _, last) = _segments(data)
    return b"".join((data[:2], *kept, data[last:]))


def _is_remark(marker: int) -> bool:
    return 0xE0 <= marker <= 0xEF or marker == 0xFE


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each segment from SOI to the first scan's header; all must be whole."""
    offset, marker = 2, 0
    while marker != _START_OF_SCAN:
        while data[offset] == data[offset + 1] == 0xFF:  # fill bytes
            offset += 1
        if data[offset] != 0xFF:
            raise ValueError
        marker = data[offset + 1]
        (length,) = struct.unpack_from(">H", data, offset + 2)
        end = offset + 2 + length
        known = marker in _TABLES or marker in _FRAMES or _is_remark(marker) or marker == _START_OF_SCAN
        if not known or length < 2 or end > len(data):
            raise ValueError
        yield marker, offset, end
        offset = end


def _jpeg(data: bytes) -> Codestream:
    """The segments up to the scan (ISO/IEC 10918-1 B.1, 14495-1 C)."""
    found, rgb, scan = None, None, 0
    for marker, start, end in _segments(data):
        body = data[start + 4 : end]
        scan = end
        if marker in _FRAMES:
            found = _frame_header(marker, body)
            rgb = True if body[6::3] in (b"RGB", b"rgb") else rgb
        elif marker == 0xE0 and body[:4] == b"JFIF":
            rgb = False if rgb is None else rgb
        elif marker == 0xEE and body[:5] == b"Adobe" and len(body) >= 12:
            rgb = body[11] == 0
        elif marker == _START_OF_SCAN and (found is None or body[:1] not in (b"\1", bytes((found[3],)))):
            raise ValueError
    if found is None or data.rfind(_END) < scan:
        raise ValueError
    coding, rows, columns, samples, precision = found
    return Codestream(coding, rows, columns, samples, precision, rgb=rgb)


def _frame_header(marker: int, body: bytes) -> tuple[Coding, int, int, int, int]:
    precision, rows, columns, samples = struct.unpack_from(">BHHB", body)
    if len(body) != 6 + 3 * samples or not samples:
        raise ValueError
    if marker == _LS:
        return "JPEG-LS", rows, columns, samples, precision
    if marker == _LOSSLESS:
        return "JPEG lossless", rows, columns, samples, precision
    if marker in _DCT:
        return "JPEG" if precision == 8 else "JPEG 12 bit", rows, columns, samples, precision
    raise UnreadableImage("The picture is compressed with a rare kind of JPEG that Lightbox cannot read.")
