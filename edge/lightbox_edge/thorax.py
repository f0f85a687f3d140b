"""What is measured on a frontal film from the masks of its lungs and heart.

The cardiothoracic ratio is the heart's greatest width over the greatest inner width of the thorax (Danzer,
1919); over 0.5 on a film taken standing from behind (PA) the heart counts as enlarged. On bedside films (AP)
every heart looks larger.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Width:
    """A horizontal extent on the stored picture: its row, and its first and last column."""

    row: int
    left: int
    right: int

    @property
    def pixels(self) -> int:
        return self.right - self.left + 1


@dataclass(frozen=True, slots=True)
class Thorax:
    """Measurements of one film; lengths in millimetres are None where the pixels' distance is unknown.

    ``heart_right`` and ``heart_left`` are how far the heart reaches to the patient's sides, each measured
    where it is widest, so their lines lie in two rows; ``lung_share_left`` is the left lung's share of the
    lungs' area.
    """

    thorax: Width
    heart_right: Width
    heart_left: Width
    cardiothoracic_ratio: float
    lung_share_left: float
    heart_millimetres: float | None
    thorax_millimetres: float | None


def measure_thorax(
    lung_right: Mask, lung_left: Mask, heart: Mask, spacing: tuple[float, float] | None
) -> Thorax | None:
    """Measure masks of the same film, (rows, columns) of the stored picture; None if one of them is empty.

    Args:
        lung_right: the patient's, on the left of the film.
        lung_left: the other.
        heart: between them.
        spacing: millimetres between rows and between columns, None if unknown.
    """
    if not (lung_right.any() and lung_left.any() and heart.any()):
        return None
    both = lung_right | lung_left
    thorax = _widest(both)
    first, last = _extent(heart)
    middle = (first + last) // 2
    right = Width(_row_reaching(heart, first), first, middle)
    left = Width(_row_reaching(heart, last), middle + 1, last)
    width = last - first + 1
    step = spacing[1] if spacing else None
    return Thorax(
        thorax,
        right,
        left,
        width / thorax.pixels,
        float(np.count_nonzero(lung_left) / np.count_nonzero(both)),
        width * step if step else None,
        thorax.pixels * step if step else None,
    )


def _widest(mask: Mask) -> Width:
    """The row in which a mask reaches from farthest left to farthest right."""
    held = np.flatnonzero(mask.any(axis=1))
    part = mask[held[0] : held[-1] + 1]
    first, last = part.argmax(axis=1), mask.shape[1] - 1 - part[:, ::-1].argmax(axis=1)
    widest = int(np.where(part.any(axis=1), last - first, -1).argmax())
    return Width(int(held[0]) + widest, int(first[widest]), int(last[widest]))


def _extent(mask: Mask) -> tuple[int, int]:
    columns = np.flatnonzero(mask.any(axis=0))
    return int(columns[0]), int(columns[-1])


def _row_reaching(mask: Mask, column: int) -> int:
    """The middle one of the rows in which a mask reaches a column."""
    return int(np.median(np.flatnonzero(mask[:, column])))
