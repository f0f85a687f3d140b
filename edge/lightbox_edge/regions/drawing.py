"""A film with a region drawn on it, for a person to look at: outline, tint, lines, and words beneath."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from lightbox_edge.preprocess import fit, stretch
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.regions.captions import caption
from lightbox_edge.regions.records import Mask, Region
from lightbox_edge.thorax import Width

SIDE = 1024  # the film's longer side in an overlay
FILM = "film"  # the PNG keyword under which a file says which film it is of
TINT = 0.22
_BORDER = 3  # pixels about a mask that its border takes
LETTERS, LEADING = 22, 30  # pixels

Colour = tuple[int, int, int]
Gray = NDArray[np.uint8]
# Okabe and Ito's colours, which the colour-blind tell apart; black beneath makes them stand out on bone.
_ORGANS: Mapping[str, Colour] = {
    "lung_left": (86, 180, 233),
    "lung_right": (86, 180, 233),
    "heart": (230, 159, 0),
}
YELLOW: Colour = (240, 228, 66)
_LINES: Colour = (255, 255, 255)
_BLACK: Colour = (0, 0, 0)


def mask_png(mask: Mask, film: str) -> bytes:
    """A mask as a gray PNG, 0 outside and 255 inside, that names its film."""
    return _png(Image.fromarray(mask.astype(np.uint8) * np.uint8(255)), film)


def film_gray(radiograph: Radiograph, side: int = SIDE) -> Gray:
    """A film as overlays show it, (rows, columns) with a longer side of ``side``."""
    return np.rint(255 * stretch(fit(radiograph, side), (0.5, 99.5))).astype(np.uint8)


def overlay_png(gray: Gray, stored_size: tuple[int, int], region: Region, film: str) -> bytes:
    """A film with one region on it as a PNG, and words beneath.

    Args:
        gray: what `film_gray` made of it.
        stored_size: its (rows, columns), in which the region is.
        region: what is drawn.
        film: the name that the file bears.
    """
    image = with_region(Image.fromarray(gray).convert("RGB"), stored_size, region)
    return _png(with_words(image, caption(region)), film)


def with_region(
    film: Image.Image, stored_size: tuple[int, int], region: Region, colour: Colour | None = None
) -> Image.Image:
    """A film, of any size and in colours, with one region on it; without a ``colour`` in its target's own."""
    colour = colour or colour_of(region.target)
    picture = np.array(film)
    if region.mask is not None:
        _paint(picture, _resized(region.mask, picture.shape[:2]), colour)
    image = Image.fromarray(picture)
    across, down = image.width / stored_size[1], image.height / stored_size[0]
    draw = ImageDraw.Draw(image)
    if region.mask is None and region.box is not None:
        left, top, right, bottom = region.box
        corners = (left * across, top * down), (right * across, bottom * down)
        draw.rectangle(corners, outline=_BLACK, width=5)
        draw.rectangle(corners, outline=colour, width=2)
    if region.maximum is not None:
        _draw_cross(draw, region.maximum[0] * across, region.maximum[1] * down, colour)
    _draw_widths(draw, region.widths, (across, down))
    return image


def _paint(picture: NDArray[np.uint8], mask: Mask, colour: Colour) -> None:
    """Tint a mask and draw its border, black on its outside and bright on its inside."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return
    part = (
        slice(max(0, rows[0] - _BORDER), rows[-1] + _BORDER + 1),
        slice(max(0, columns[0] - _BORDER), columns[-1] + _BORDER + 1),
    )
    inside, film = mask[part], picture[part]
    tinted = (1 - TINT) * film[inside] + TINT * np.array(colour, np.float32)
    film[inside] = np.rint(tinted).astype(np.uint8)
    film[grown(grown(inside)) & ~inside] = _BLACK
    film[inside & ~shrunk(shrunk(shrunk(inside)))] = colour


def colour_of(target: str) -> Colour:
    """In which colour a target is drawn, everywhere the same."""
    return _ORGANS.get(target, YELLOW)


def grown(mask: Mask) -> Mask:
    """A mask with the pixels beside it."""
    around = np.pad(mask, 1)
    return around[:-2, 1:-1] | around[2:, 1:-1] | around[1:-1, :-2] | around[1:-1, 2:] | mask


def shrunk(mask: Mask) -> Mask:
    """A mask without the pixels of its border."""
    core: Mask = ~grown(~mask)
    return core


def _resized(mask: Mask, size: tuple[int, ...]) -> Mask:
    picture = Image.fromarray(mask.astype(np.uint8) * np.uint8(255))
    return np.asarray(picture.resize((size[1], size[0]), Image.Resampling.BILINEAR)) > 127


def _draw_cross(draw: ImageDraw.ImageDraw, x: float, y: float, colour: Colour) -> None:
    """Where the words fit best."""
    for reach, width, painted in ((15, 7, _BLACK), (13, 3, colour)):
        draw.line(((x - reach, y), (x + reach, y)), fill=painted, width=width)
        draw.line(((x, y - reach), (x, y + reach)), fill=painted, width=width)


def _draw_widths(draw: ImageDraw.ImageDraw, widths: Mapping[str, Width], scale: tuple[float, float]) -> None:
    """The widths whose ratio is the cardiothoracic ratio, each with its name."""
    font = ImageFont.load_default(LETTERS)
    for name, one in widths.items():
        y, left, right = one.row * scale[1], one.left * scale[0], (one.right + 1) * scale[0]
        for width, colour in ((7, _BLACK), (3, _LINES)):
            draw.line(((left, y), (right, y)), fill=colour, width=width)
            for end in (left, right):
                draw.line(((end, y - 10), (end, y + 10)), fill=colour, width=width)
        below = 6 if name == "thorax" else -LEADING  # the heart's two stand above theirs, in its own width
        words = name.replace("_", ", ")
        draw.text((left + 6, y + below), words, _LINES, font, stroke_width=3, stroke_fill=_BLACK)


def with_words(image: Image.Image, lines: list[str]) -> Image.Image:
    """The picture on top of black with white words on it."""
    font = ImageFont.load_default(LETTERS)
    across = max(20, int(image.width / (LETTERS * 0.52)))
    wrapped = [part for line in lines for part in textwrap.wrap(line, across) or [""]]
    width = max(image.width, 480)
    page = Image.new("RGB", (width, image.height + LEADING * len(wrapped) + LEADING // 2))
    page.paste(image, ((width - image.width) // 2, 0))
    draw = ImageDraw.Draw(page)
    for number, words in enumerate(wrapped):
        draw.text((10, image.height + 8 + number * LEADING), words, _LINES, font)
    return page


def _png(image: Image.Image, film: str) -> bytes:
    told = PngInfo()
    told.add_text(FILM, film)
    out = io.BytesIO()
    image.save(out, "PNG", pnginfo=told, compress_level=1)
    return out.getvalue()
