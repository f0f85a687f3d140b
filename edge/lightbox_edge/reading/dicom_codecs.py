"""Compressed DICOM frames (PS3.5 8.2): Pillow for JPEG, JPEG 2000, HTJ2K and RLE, GDCM for the rest.

What a frame is, is told by its codestream and not by the file's transfer syntax, which devices get
wrong. pydicom's own choice of plugins is not used: one of them is under the GPL.
"""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lightbox_edge.errors import UnreadableImage
from lightbox_edge.reading.codestream import Codestream, codestream
from lightbox_edge.reading.dicom_gdcm import lossless_frame
from lightbox_edge.reading.reduction import jpeg2000, loaded
from lightbox_edge.reading.samples import Layout, arranged, brightness, signed


def compressed_frame(data: bytes, layout: Layout, longer_side: int | None) -> NDArray[Any]:
    """Decode one frame; with ``longer_side`` perhaps fewer pixels, but no fewer than that.

    Returns:
        As `native_frame`, but smaller where the format allows.

    Raises:
        UnreadableImage: the codestream disagrees with the header, or is of an unknown kind.
    """
    stream = codestream(data)
    if stream is None:
        return _rle(data, layout)
    _check(stream, layout)
    if stream.coding == "JPEG 2000":
        return _jpeg2000(data, stream, layout, longer_side)
    if stream.coding == "JPEG":
        return _jpeg(data, stream, layout, longer_side)
    return lossless_frame(data, stream, layout)


def _check(stream: Codestream, layout: Layout) -> None:
    """Refuse a codestream whose size or samples are not those that memory was allowed for."""
    if (stream.rows, stream.columns) != (layout.rows, layout.columns):
        raise UnreadableImage(
            f"The compressed picture has {stream.rows} x {stream.columns} pixels where the DICOM header "
            f"says {layout.rows} x {layout.columns}."
        )
    if stream.samples != layout.samples:
        raise UnreadableImage(
            f"The compressed picture has {stream.samples} samples a pixel where the DICOM header "
            f"says {layout.samples}."
        )
    if not 2 <= stream.precision <= 16:
        raise UnreadableImage(
            f"The picture has {stream.precision} bits a sample and Lightbox reads up to 16."
        )


def _jpeg(data: bytes, stream: Codestream, layout: Layout, longer_side: int | None) -> NDArray[Any]:
    image = Image.open(io.BytesIO(data), formats=("JPEG",))
    if layout.samples == 1:
        values = np.asarray(loaded(image, data, longer_side))
        return signed(values, min(8, layout.stored), layout.signed)
    if stream.rgb or (stream.rgb is None and layout.photometric == "RGB"):
        if stream.rgb is None:  # Pillow takes unmarked colours for YBR: ask for them as they are
            image.draft("YCbCr", image.size)
        return brightness(np.asarray(image), "RGB")
    return np.asarray(loaded(image, data, longer_side or max(image.size))).astype(np.float32)


def _jpeg2000(data: bytes, stream: Codestream, layout: Layout, longer_side: int | None) -> NDArray[Any]:
    as_header = layout.samples == 3 or stream.signed == layout.signed
    try:
        image = jpeg2000(data, longer_side if as_header else None)  # values that wrap must not be averaged
    except OSError:  # Pillow reads tile by tile and fails where the parts of tiles are interleaved
        values = _openjpeg(data)
    else:
        values = _unshifted(np.asarray(image), stream)
    if layout.samples == 3:
        return brightness(values, layout.photometric)
    return values if as_header else signed(values.astype(np.uint32), stream.precision, layout.signed)


def _unshifted(values: NDArray[Any], stream: Codestream) -> NDArray[Any]:
    """Undo what Pillow does: it shifts samples to the top of 8 or 16 bits and makes signed ones unsigned."""
    if stream.samples == 3:  # more than 8 bits a colour became 8
        return values * np.float32((2**stream.precision - 1) / 255)
    raw = values.astype(np.int32) >> (8 * values.dtype.itemsize - stream.precision)
    return raw - (1 << (stream.precision - 1)) if stream.signed else raw


def _openjpeg(data: bytes) -> NDArray[Any]:
    from openjpeg.utils import decode  # loaded for few files

    return np.asarray(decode(io.BytesIO(data)))


def _rle(data: bytes, layout: Layout) -> NDArray[Any]:
    """PS3.5 Annex G: one PackBits segment for each byte of a sample, the highest first.

    A segment is given to Pillow as one long row, since writers do let runs cross rows.
    """
    size = layout.allocated // 8
    pixels = layout.rows * layout.columns
    count, *offsets = struct.unpack_from("<16I", data)
    if size == 0 or count != size * layout.samples:
        raise UnreadableImage("The picture is damaged, or compressed in a way that Lightbox cannot read.")
    ends = [*offsets[1:count], len(data)]
    planes = np.empty((layout.samples, pixels, size), np.uint8)
    for number, (start, end) in enumerate(zip(offsets[:count], ends, strict=True)):
        row = _unpacked(data[start:end], pixels)
        planes[number // size, :, size - 1 - number % size] = row
    if _is_longer(data[offsets[0] : ends[0]], pixels):
        raise UnreadableImage("The compressed picture has more pixels than the DICOM header says.")
    colours = planes.view(f"<u{size}")[..., 0]
    return arranged(colours.T if layout.samples == 3 and not layout.planar else colours, layout)


def _unpacked(segment: bytes, pixels: int) -> NDArray[np.uint8]:
    row = Image.frombytes("L", (pixels, 1), segment, "packbits", "L")
    return np.asarray(row).reshape(pixels)


def _is_longer(segment: bytes, pixels: int) -> bool:
    try:
        _unpacked(segment, pixels + 2)  # a segment may be one byte longer, to be even
    except ValueError:
        return False
    return True
