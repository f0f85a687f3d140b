"""The small picture of a film in a report: to tell the film by, and where the machine looked."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace

from PIL import Image, ImageDraw, ImageFont

from lightbox_edge.radiograph import Radiograph
from lightbox_edge.regions.drawing import LETTERS, film_gray, with_region
from lightbox_edge.regions.records import Region

LONGER_SIDE = 600  # pixels
QUALITY = 85
# Okabe and Ito's, which the colour-blind tell apart: yellow, sky blue, orange, reddish purple.
_COLOURS = ((240, 228, 66), (86, 180, 233), (230, 159, 0), (204, 121, 167))
MOST_OUTLINES = len(_COLOURS)  # in one picture: more hide the film and each other
_GAP = 6  # pixels between an outline's corner and its number


def small_picture(radiograph: Radiograph, regions: Sequence[Region]) -> bytes:
    """A film with its regions, numbered from 1, as a JPEG of `LONGER_SIDE`; the same bytes for the same.

    There are `MOST_OUTLINES` regions at most.
    """
    image = Image.fromarray(film_gray(radiograph, LONGER_SIDE)).convert("RGB")
    size = radiograph.stored_size
    coloured = tuple(zip(regions, _COLOURS, strict=False))
    for region, colour in coloured:
        image = with_region(image, size, replace(region, widths={}), colour)
    draw = ImageDraw.Draw(image)
    for number, (region, colour) in enumerate(coloured, start=1):
        _number(draw, number, _corner(region, (image.width / size[1], image.height / size[0])), colour)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY, subsampling=0)
    return out.getvalue()


def _corner(region: Region, scale: tuple[float, float]) -> tuple[float, float]:
    """The upper left corner of what is drawn."""
    left, top = region.box[:2] if region.box else region.maximum or (0.0, 0.0)
    return left * scale[0], top * scale[1]


def _number(
    draw: ImageDraw.ImageDraw, number: int, corner: tuple[float, float], colour: tuple[int, int, int]
) -> None:
    """A region's number in its corner; those of one corner stand beside each other."""
    font = ImageFont.load_default(LETTERS)
    place = (corner[0] + _GAP + (number - 1) * LETTERS, corner[1] + _GAP)
    draw.text(place, f"{number}", colour, font, stroke_width=3, stroke_fill=(0, 0, 0))
