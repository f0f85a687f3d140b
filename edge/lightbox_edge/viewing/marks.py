"""What is drawn upon a film on the screen: outlines, boxes, lines and a map, light enough to be kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from lightbox_edge.regions.drawing import colour_of, grown, shrunk
from lightbox_edge.regions.organs import ORGANS
from lightbox_edge.regions.records import Region
from lightbox_edge.viewing.view import Box, Overlay

SIDE = 1024  # the longer side of a mask that is kept
HEAT = 0.55  # of the map's colour where the words fit best
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """A region as it is drawn; places are shares of the film's width and height.

    Attributes:
        target: whose region it is.
        mask: ``L``, 0 or 255, of the whole film; None where there is none.
        box: drawn where there is no mask.
        maximum: where a finding's words fit best.
        lines: those of the cardiothoracic ratio, (y, left, right).
        heat: how well the words fit by place, 0 at the median to 1 at the best, ``F``; None without a map.
    """

    target: str
    mask: Image.Image | None = None
    box: Box | None = None
    maximum: tuple[float, float] | None = None
    lines: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    heat: Image.Image | None = None


def mark_of(region: Region, stored_size: tuple[int, int]) -> Mark:
    """A region of a film of (rows, columns) as a mark."""
    rows, columns = stored_size
    box, maximum = region.box, region.maximum
    return Mark(
        region.target,
        None if region.mask is None else _small(region.mask),
        None if box is None else (box[0] / columns, box[1] / rows, box[2] / columns, box[3] / rows),
        None if maximum is None else (maximum[0] / columns, maximum[1] / rows),
        {
            name: (one.row / rows, one.left / columns, (one.right + 1) / columns)
            for name, one in region.widths.items()
        },
        None if region.log_odds is None else _heat(region.log_odds),
    )


def focused(marks: Sequence[Mark], target: str = "") -> tuple[Mark, ...]:
    """The organs and one finding, or else the first there is: boxes of many hide the film."""
    findings = [mark for mark in marks if mark.target not in ORGANS]
    chosen = [mark for mark in findings if mark.target == target] or findings
    return (*(mark for mark in marks if mark.target in ORGANS), *chosen[:1])


def draw(picture: Image.Image, marks: Sequence[Mark], seen: Box, overlay: Overlay) -> Image.Image:
    """The same picture in colour with marks on it; ``seen`` is what of the film it shows, in shares."""
    pixels = np.repeat(np.asarray(picture)[..., np.newaxis], 3, axis=2)
    if overlay == "map":
        hottest = next((mark for mark in marks if mark.heat is not None), None)
        if hottest is not None and hottest.heat is not None:
            _warm(pixels, _cut(hottest.heat, seen, picture.size), colour_of(hottest.target))
        return Image.fromarray(pixels)
    thick = max(1, round(min(picture.size) / 300))
    for mark in marks:
        if mark.mask is not None:
            _outline(pixels, _cut(mark.mask, seen, picture.size) > 127, colour_of(mark.target), thick)
    drawn = Image.fromarray(pixels)
    for mark in marks:
        _draw_lines(ImageDraw.Draw(drawn), mark, seen, drawn.size, thick)
    return drawn


def _small(mask: NDArray[np.bool_]) -> Image.Image:
    picture = Image.fromarray(mask.astype(np.uint8) * np.uint8(255))
    times = max(1, -(-max(picture.size) // SIDE))
    return picture.reduce(times) if times > 1 else picture


def _heat(log_odds: NDArray[np.float32]) -> Image.Image:
    middle, most = float(np.median(log_odds)), float(log_odds.max())
    return Image.fromarray(np.clip((log_odds - middle) / max(most - middle, 1e-6), 0, 1).astype(np.float32))


def _cut(whole: Image.Image, seen: Box, size: tuple[int, int]) -> NDArray[np.float32]:
    box = seen[0] * whole.width, seen[1] * whole.height, seen[2] * whole.width, seen[3] * whole.height
    return np.asarray(whole.resize(size, Image.Resampling.BILINEAR, box), np.float32)


def _warm(pixels: NDArray[np.uint8], heat: NDArray[np.float32], colour: tuple[int, int, int]) -> None:
    share = (HEAT * heat)[..., np.newaxis]
    pixels[:] = np.rint((1 - share) * pixels + share * np.array(colour, np.float32)).astype(np.uint8)


def _outline(
    pixels: NDArray[np.uint8], inside: NDArray[np.bool_], colour: tuple[int, int, int], thick: int
) -> None:
    """The mask's border; on a picture with room for it a black line outside makes it stand out on bone."""
    core, around = inside, inside
    for _ in range(thick):
        core = shrunk(core)
    if thick > 1:
        for _ in range(thick - 1):
            around = grown(around)
        pixels[around & ~inside] = _BLACK
    pixels[inside & ~core] = colour


def _draw_lines(draw: ImageDraw.ImageDraw, mark: Mark, seen: Box, size: tuple[int, int], thick: int) -> None:
    def place(x: float, y: float) -> tuple[float, float]:
        return (
            (x - seen[0]) / (seen[2] - seen[0]) * size[0],
            (y - seen[1]) / (seen[3] - seen[1]) * size[1],
        )

    colour = colour_of(mark.target)
    if mark.mask is None and mark.box is not None:
        draw.rectangle((place(*mark.box[:2]), place(*mark.box[2:])), outline=colour, width=thick)
    if mark.maximum is not None:
        (x, y), reach = place(*mark.maximum), max(1, min(size) // 40)
        draw.line(((x - reach, y), (x + reach, y)), fill=colour, width=thick)
        draw.line(((x, y - reach), (x, y + reach)), fill=colour, width=thick)
    for y, left, right in mark.lines.values():
        draw.line((place(left, y), place(right, y)), fill=_WHITE, width=thick)
