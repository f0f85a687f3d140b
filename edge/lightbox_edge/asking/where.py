"""Where on a film a point lies, as a person would say it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lightbox_edge.anatomy import LUNGS, WHOLE_LUNGS
from lightbox_edge.regions.organs import HEART, Organs
from lightbox_edge.regions.records import Point

Third = Literal[0, 1, 2]
Part = Literal["lung_left", "lung_right", "heart", "beside"]

# The heart stands before what of a whole lung lies behind it.
_ORDER: tuple[tuple[Part, str], ...] = (
    ("lung_left", LUNGS[0]),
    ("lung_right", LUNGS[1]),
    ("heart", HEART),
    ("lung_left", WHOLE_LUNGS[0]),
    ("lung_right", WHOLE_LUNGS[1]),
)


@dataclass(frozen=True, slots=True)
class Where:
    """The third of the film from its top and from its left edge, and the patient's part there.

    ``part`` is ``beside`` where lungs were found and neither they nor the heart lie there, None where nothing
    is known of the patient.
    """

    down: Third
    across: Third
    part: Part | None


def where_on(point: Point, size: tuple[int, int], organs: Organs) -> Where:
    """Where a point in pixels of a stored picture of (rows, columns) lies."""
    rows, columns = size
    x, y = min(int(point[0]), columns - 1), min(int(point[1]), rows - 1)
    return Where(_third(y, rows), _third(x, columns), _part(x, y, organs))


def _third(place: int, length: int) -> Third:
    third = min(2, 3 * place // length)
    return 0 if third <= 0 else 1 if third == 1 else 2


def _part(x: int, y: int, organs: Organs) -> Part | None:
    masks = dict(organs.masks) | ({} if organs.heart is None else {HEART: organs.heart})
    for part, organ in _ORDER:
        if organ in masks and masks[organ][y, x]:
            return part
    return "beside" if any(mask.any() for mask in masks.values()) else None
