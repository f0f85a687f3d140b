"""PNG, JPEG, TIFF, BMP, WebP and JPEG 2000 files, read with Pillow."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps, TiffImagePlugin

from lightbox_edge.errors import UnreadableImage
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.reading.frame import Frame
from lightbox_edge.reading.guard import guarded
from lightbox_edge.reading.kinds import Kind
from lightbox_edge.reading.limits import Limits
from lightbox_edge.reading.reduction import loaded
from lightbox_edge.reading.tones import Pixels, averaged, factor, luminance, spread, to_uint16

_DAMAGED: Final = "The {} file is damaged or cut short: copy it again from where it came from."
_PAGED: Final = frozenset(("TIFF", "WEBP"))  # in the other formats a second picture is a preview or an effect
_RAW: Final = "The file is a camera's raw file: export it as PNG, JPEG or DICOM."
_DNG_VERSION: Final = 50706
_REDUCED: Final = 1  # bit 0 of NewSubfileType: this page is a preview of another one
_ROWS: Final = 256  # at a time
_TURNED_QUARTER: Final = frozenset((5, 6, 7, 8))


def read_pictures(data: bytes, kind: Kind, longer_side: int | None, limits: Limits) -> Iterator[Frame]:
    """Check the file as a whole, then decode page by page.

    Raises:
        UnreadableImage: the file is damaged or over a limit; nothing was decoded.
    """
    with guarded(_DAMAGED.format(kind)), _sizes_checked_here():
        image = Image.open(io.BytesIO(data), formats=(kind,))
        pages = _pages(image, kind, limits)
        _check_size(image, limits)
    return _frames(image, data, kind, pages, longer_side, limits)


@contextmanager
def _sizes_checked_here() -> Iterator[None]:
    """Switch Pillow's own limit off: ours comes first, and a warning at another size helps nobody."""
    most, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        yield
    finally:
        Image.MAX_IMAGE_PIXELS = most


def _pages(image: Image.Image, kind: Kind, limits: Limits) -> list[int]:
    """The numbers of the pages that are pictures of their own, the previews of a TIFF left out."""
    if kind not in _PAGED:
        return [0]
    pages = _counted(image, limits)
    if isinstance(image, TiffImagePlugin.TiffImageFile):
        if _DNG_VERSION in image.tag_v2 or image.tag_v2.get(ExifTags.Base.NewSubfileType, 0) & _REDUCED:
            raise UnreadableImage(_RAW)
        pages = [page for page in pages if not _is_preview(image, page)]
        image.seek(0)
    return pages


def _counted(image: Image.Image, limits: Limits) -> list[int]:
    """Count by turning pages: Pillow's own count would walk through all of a hostile file's."""
    for page in range(1, limits.frames + 1):
        try:
            image.seek(page)
        except EOFError:
            image.seek(0)
            return list(range(page))
    raise UnreadableImage(f"The file has more than {limits.frames} pages: split it.")


def _is_preview(image: TiffImagePlugin.TiffImageFile, page: int) -> bool:
    image.seek(page)
    return bool(image.tag_v2.get(ExifTags.Base.NewSubfileType, 0) & _REDUCED)


def _check_size(image: Image.Image, limits: Limits) -> None:
    columns, rows = image.size
    if rows * columns > limits.pixels:
        raise UnreadableImage(
            f"The picture has {rows} x {columns} pixels, "
            f"and Lightbox reads up to {limits.pixels / 1e6:g} million."
        )


def _frames(
    image: Image.Image, data: bytes, kind: Kind, pages: list[int], longer_side: int | None, limits: Limits
) -> Iterator[Frame]:
    for number, page in enumerate(pages, start=1):
        try:
            with guarded(_DAMAGED.format(kind)), _sizes_checked_here():
                if page:
                    image.seek(page)
                _check_size(image, limits)
                outcome: Radiograph | UnreadableImage = _radiograph(image, data, longer_side)
        except UnreadableImage as error:
            outcome = error
        yield Frame(number if len(pages) > 1 else None, outcome)


def _radiograph(image: Image.Image, data: bytes, longer_side: int | None) -> Radiograph:
    inverted = _white_is_zero(image)
    columns, rows = image.size
    image = loaded(image, data, longer_side)
    if image.getexif().get(ExifTags.Base.Orientation) in _TURNED_QUARTER:  # Pillow turns a TIFF itself
        rows, columns = columns, rows
    ImageOps.exif_transpose(image, in_place=True)
    return Radiograph(_pixels(image, inverted, longer_side), stored_size=(rows, columns))


def _white_is_zero(image: Image.Image) -> bool:
    """Whether 0 is white in a TIFF and Pillow leaves it so, as it does for more than 8 bits a sample."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return False
    photometric = image.tag_v2.get(ExifTags.Base.PhotometricInterpretation)
    return photometric == 0 and image.mode.startswith(("I", "F"))


def _pixels(image: Image.Image, inverted: bool, longer_side: int | None) -> Pixels:
    """Gray values of a decoded picture: 8 and 16 bits stay as they are, the rest is fitted to 16."""
    if image.mode == "L" and (k := factor(image.size, longer_side)) > 1:
        return np.asarray(image.reduce(k))  # without a copy of the whole on the way
    gray = _gray(image)
    kind = gray.dtype
    small = averaged(gray, longer_side)
    if kind == np.uint8:
        return small
    if kind == np.uint16 or (kind.kind in "iu" and gray.min() >= 0 and gray.max() <= 65535):
        wide = np.asarray(np.rint(small), np.uint16)
        return np.invert(wide) if inverted else wide
    unit = spread(small)
    return to_uint16(1 - unit if inverted else unit)


def _gray(image: Image.Image) -> NDArray[Any]:
    """(rows, columns) uint8, uint16, int32 or float32; colour to luminance, transparency to black."""
    if image.mode.startswith("I;16"):
        return np.asarray(image).astype(np.uint16)
    if image.mode in ("L", "I", "F"):
        return np.asarray(image)
    if image.mode == "LAB":
        return np.asarray(image.getchannel(0))
    if image.has_transparency_data:
        return _on_black(image)
    return np.asarray(image.convert("L") if image.mode in ("1", "RGB") else image.convert("RGB").convert("L"))


def _on_black(image: Image.Image) -> NDArray[np.uint8]:
    """A transparent picture as luminance, some rows at a time, for as floats the whole is large."""
    columns, rows = image.size
    gray = np.empty((rows, columns), np.uint8)
    for top in range(0, rows, _ROWS):
        part = image.crop((0, top, columns, min(rows, top + _ROWS)))
        layers = np.asarray(part.convert("RGBA"))
        gray[top : top + _ROWS] = np.rint(luminance(layers) * (layers[..., 3] / np.float32(255)))
    return gray
