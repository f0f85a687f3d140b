"""From a similarity map to a prompt: the piece around the map's maximum, and the maximum itself."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lightbox_edge.masks_measuring import box_around
from lightbox_edge.pieces import piece_around
from lightbox_edge.regions.records import Box, Point
from lightbox_edge.scoring import Features

# Of the way from the map's least to its greatest value, above which a place belongs to the piece. On boxes of
# training films 0.8 gave the best boxes and 0.4 to 0.6 the best masks from them (docs/regions.md).
SHARE = 0.6
# Of the film's longer side: the square that stands for a point. LiteMedSAM learned from boxes alone, and from
# a point it outlines a speck and believes in it.
POINT_SIDE = 0.2
FLAT = 1e-4  # log-odds: a map that spans less says nothing of where


@dataclass(frozen=True, slots=True)
class Place:
    """Where a map points, in pixels of the stored picture."""

    box: Box
    maximum: Point


def place_of(film_map: Features, stored: tuple[int, int], within: Box | None = None) -> Place | None:
    """Where a map points; None where it is flat.

    Args:
        film_map: (rows, columns), on the film alone, at any scale.
        stored: (rows, columns) of the stored picture.
        within: the part of the stored picture that counts, None for the whole.
    """
    down, over = stored[0] / film_map.shape[0], stored[1] / film_map.shape[1]
    rows, columns = _part(film_map.shape, within, down, over)
    part = film_map[rows, columns]
    low, high = float(part.min()), float(part.max())
    if high - low < FLAT:
        return None
    row, column = (int(one) for one in np.unravel_index(int(part.argmax()), part.shape))
    piece = piece_around(part >= low + SHARE * (high - low), row, column)
    left, top, right, bottom = box_around(piece)
    x, y = columns.start, rows.start
    return Place(
        ((x + left) * over, (y + top) * down, (x + right + 1) * over, (y + bottom + 1) * down),
        ((x + column + 0.5) * over, (y + row + 0.5) * down),
    )


def box_about(point: Point, stored: tuple[int, int]) -> Box:
    """The square of `POINT_SIDE` about a point, as far as it lies on the film of (rows, columns)."""
    (x, y), (rows, columns) = point, stored
    reach = POINT_SIDE * max(stored) / 2
    return max(0.0, x - reach), max(0.0, y - reach), min(columns, x + reach), min(rows, y + reach)


def _part(shape: tuple[int, ...], within: Box | None, down: float, over: float) -> tuple[slice, slice]:
    """The rows and columns of a map under a box of the stored picture, at least one of each."""
    if within is None:
        return slice(0, shape[0]), slice(0, shape[1])
    left, top = min(int(within[0] / over), shape[1] - 1), min(int(within[1] / down), shape[0] - 1)
    right, bottom = int(np.ceil(within[2] / over)), int(np.ceil(within[3] / down))
    return slice(top, max(top + 1, bottom)), slice(left, max(left + 1, right))
