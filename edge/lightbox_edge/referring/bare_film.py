"""A film as it may leave the clinic: the same picture, and nothing of what else its file carries."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
from PIL import ExifTags, Image

from lightbox_edge.errors import UnreadableImage
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.reading import Frame, read_frames
from lightbox_edge.reading.guard import guarded
from lightbox_edge.reading.kinds import HEAD_BYTES, Kind, kind_of
from lightbox_edge.referring.jpeg_stream import bare_jpeg
from lightbox_edge.referring.png_stream import bare_png
from lightbox_edge.referring.pseudonyms import Pseudonyms

_UPRIGHT = 1


@dataclass(frozen=True, slots=True)
class BareFilm:
    """The bytes of a film's file and what its name ends in."""

    content: bytes
    suffix: str


def bare_film(data: bytes, number: int, names: Pseudonyms) -> BareFilm:
    """A film's file made anew; JPEG and PNG keep every stored sample, other pictures become gray PNG or TIFF.

    Args:
        data: a file that Lightbox reads.
        number: the film's in its pack.
        names: see `bare_dicom`.

    Raises:
        LightboxError: the file cannot be read, or would not show the same picture afterwards.
    """
    kind = kind_of(data[:HEAD_BYTES])
    if kind == "DICOM":
        from lightbox_edge.referring.dicom_film import bare_dicom

        made = BareFilm(bare_dicom(data, number, names), ".dcm")
    else:
        made = _stripped(data, kind) or _drawn_anew(data)
    if not _show_the_same(read_frames(data), read_frames(made.content)):
        raise UnreadableImage("Without its header it would not show the same picture.")
    return made


def _stripped(data: bytes, kind: Kind) -> BareFilm | None:
    """A JPEG or PNG with its samples as they are stored; None where its structure is not the usual one."""
    if kind not in ("JPEG", "PNG"):
        return None
    with guarded(f"The {kind} file is damaged or cut short."):
        orientation = _orientation(data, kind)
    try:
        if kind == "JPEG":
            return BareFilm(bare_jpeg(data, orientation), ".jpg")
        return BareFilm(bare_png(data, orientation), ".png")
    except ValueError:
        return None


def _orientation(data: bytes, kind: Kind) -> int:
    with Image.open(io.BytesIO(data), formats=(kind,)) as image:
        told = image.getexif().get(ExifTags.Base.Orientation)
    return told if isinstance(told, int) and told in range(2, 9) else _UPRIGHT


def _drawn_anew(data: bytes) -> BareFilm:
    """The gray pictures that Lightbox sees, 8 or 16 bits: as PNG, several as the pages of a TIFF."""
    pages = []
    for frame in read_frames(data):
        if not isinstance(frame.outcome, Radiograph):
            raise frame.outcome
        pages.append(Image.fromarray(frame.outcome.pixels))
    out = io.BytesIO()
    if len(pages) == 1:
        pages[0].save(out, "PNG")
        return BareFilm(out.getvalue(), ".png")
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], compression="tiff_adobe_deflate")
    return BareFilm(out.getvalue(), ".tif")


def _show_the_same(before: Iterable[Frame], after: Iterable[Frame]) -> bool:
    return all(_is_same(*pair) for pair in zip_longest(before, after))


def _is_same(before: Frame | None, after: Frame | None) -> bool:
    if before is None or after is None:
        return False
    one, other = before.outcome, after.outcome
    if not isinstance(one, Radiograph) or not isinstance(other, Radiograph):
        raise one if isinstance(one, UnreadableImage) else UnreadableImage("It cannot be read.")
    return one.spacing == other.spacing and np.array_equal(one.pixels, other.pixels)
