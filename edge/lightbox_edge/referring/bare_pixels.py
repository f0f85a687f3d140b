"""A DICOM film's stored pixels without what can hide among them."""

from __future__ import annotations

from math import ceil

import numpy as np

from lightbox_edge.errors import UnreadableImage
from lightbox_edge.reading.codestream import codestream
from lightbox_edge.reading.samples import Layout
from lightbox_edge.referring.jpeg2000_stream import bare_jpeg2000
from lightbox_edge.referring.jpeg_stream import bare_jpeg


def bare_native(pixels: bytes, form: Layout) -> bytes:
    """Uncompressed pixels to their end and no further, of an even length (PS3.5 7.1).

    Bits above BitsStored, in which overlays used to lie (PS3.5 8.1.2), become 0, or the sign.
    """
    length = ceil(form.frames * form.frame_bits / 8)
    if len(pixels) < length:
        raise UnreadableImage("The pixel data are cut short: copy the file again.")
    kept = _without_upper_bits(pixels[:length], form)
    return kept + b"\0" * (length % 2)


def bare_frame(frame: bytes) -> bytes:
    """A compressed frame without comments and application segments; run lengths have room for none."""
    stream = codestream(frame)
    if stream is None:
        return _without_unused_offsets(frame)
    try:
        return bare_jpeg2000(frame) if stream.coding == "JPEG 2000" else bare_jpeg(frame)
    except ValueError as error:
        raise UnreadableImage(
            "Its compressed picture has no proper end: it is damaged or cut short."
        ) from error


def _without_unused_offsets(frame: bytes) -> bytes:
    """Run lengths whose header (PS3.5 G.5) holds the offsets of their segments and no more."""
    used = 4 + 4 * int.from_bytes(frame[:4], "little")
    return frame[:used] + bytes(max(0, 64 - used)) + frame[max(64, used) :]


def _without_upper_bits(pixels: bytes, form: Layout) -> bytes:
    if form.real or form.allocated == 1 or form.stored == form.allocated:
        return pixels
    order = ">" if form.big_endian and form.allocated > 8 else "<"
    values = np.frombuffer(pixels, f"{order}u{form.allocated // 8}")
    kept = values & ((1 << form.stored) - 1)
    if form.signed:
        kept = kept | np.where(
            values >> (form.stored - 1) & 1, ((1 << form.allocated) - 1) ^ ((1 << form.stored) - 1), 0
        )
    return kept.astype(values.dtype).tobytes()
