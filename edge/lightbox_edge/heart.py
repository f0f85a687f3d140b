"""The heart's outline from the lungs beside it, for no open film that may teach has a heart drawn on it.

On a frontal film the lungs' inner borders are the heart's sides, and the two corners where they meet the
diaphragm, the cardiophrenic angles, are its lower ends. What the lungs do not show is its upper border:
it is drawn as a dome that begins half way down the lungs. That height, the sag of the lower border and what
rounds the corners were read off eight drawings of JSRT; its other 102 films say what it is worth
(docs/regions.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Border = NDArray[np.int64]

TOP = 0.48  # of the lungs' height, from their apices to their lowest points
RISE_RIGHT, RISE_LEFT = 0.12, 0.03  # how far the dome falls towards the two lungs, of the same height
SAG = 0.06  # of the lower border under the line between its ends
CORNER_FROM = 0.35  # of the way down from the heart's top, above which no corner is sought
# A network's lungs have round corners: the last place about as far from the line as the farthest, as a
# share of the line, is the corner, and a heart that is lower than a share of its own height has ended.
NEAR = 0.02
TIP = 0.1


@dataclass(frozen=True, slots=True)
class _Lung:
    """One lung's inner border: its column in each of ``rows``, and the lung's lowest point."""

    rows: Border
    columns: Border
    lowest: tuple[int, int]


def heart_between(lung_right: Mask, lung_left: Mask) -> Mask:
    """The heart's mask, (rows, columns), between two lungs of the same film; empty where they leave no room.

    Args:
        lung_right: of the patient, on the left of the film, as far as it is seen beside the heart.
        lung_left: the other.
    """
    empty = np.zeros_like(lung_right)
    if not lung_right.any() or not lung_left.any():
        return empty
    right, left = _inner_border(lung_right, -1), _inner_border(lung_left, 0)
    apices, bases = (right.rows[0] + left.rows[0]) / 2, (right.lowest[1] + left.lowest[1]) / 2
    height = bases - apices
    top = int(apices + TOP * height)
    if not all(lung.rows[0] <= top < lung.lowest[1] for lung in (right, left)):
        return empty
    (x_right, y_right), (x_left, y_left) = _corner(right, top, -1), _corner(left, top, 1)
    upper_right, upper_left = (int(lung.columns[top - lung.rows[0]]) for lung in (right, left))
    if x_right >= x_left or upper_right >= upper_left:
        return empty
    from_right = _until(right, x_right, y_right, len(empty), -1)
    to_left = _until(left, x_left, y_left, len(empty), empty.shape[1])
    # Only what can be the heart is looked at: stored pictures have millions of pixels.
    down = slice(top, min(max(y_right, y_left) + int(SAG * height) + 2, len(empty)))
    over = slice(from_right[down].min() + 1, to_left[down].max())
    rows, columns = np.arange(down.start, down.stop)[:, None], np.arange(over.start, over.stop)
    across = np.clip((columns - upper_right) / (upper_left - upper_right), -1, 2)
    falls = (
        RISE_RIGHT * np.clip(1 - 2 * across, 0, None) ** 2 + RISE_LEFT * np.clip(2 * across - 1, 0, None) ** 2
    )
    along = np.clip((columns - x_right) / (x_left - x_right), 0, 1)
    lower = y_right + (y_left - y_right) * along + SAG * height * 4 * along * (1 - along)
    heart: Mask = (
        (rows >= top + height * falls)
        & (rows <= lower)
        & (columns > from_right[down, None])
        & (columns < to_left[down, None])
    )
    tips = heart.sum(axis=0) < TIP * heart.any(axis=1).sum()
    empty[down, over] = heart & ~tips
    return empty


def _inner_border(lung: Mask, side: int) -> _Lung:
    """The border on the heart's side: the last column of each row (``side`` -1), or the first (0)."""
    rows = np.flatnonzero(lung.any(axis=1))
    span = np.arange(rows[0], rows[-1] + 1)
    part = lung[rows[0] : rows[-1] + 1]
    found = part.argmax(axis=1) if side == 0 else lung.shape[1] - 1 - part[:, ::-1].argmax(axis=1)
    columns = np.interp(span, rows, found[rows - rows[0]]).round().astype(np.int64)
    return _Lung(span, columns, (int(np.flatnonzero(lung[rows[-1]]).mean()), int(rows[-1])))


def _corner(lung: _Lung, top: int, side: int) -> tuple[int, int]:
    """Where heart, lung and diaphragm meet: (column, row).

    Of the inner border's lower part, the last point that is about as far towards the heart as any from the
    line between where the heart begins and the lung's lowest point; ``side`` is 1 if the heart lies left of
    the lung on the film.
    """
    start = np.array([lung.columns[top - lung.rows[0]], top])
    line = np.array(lung.lowest) - start
    below = lung.rows >= top + CORNER_FROM * line[1]
    columns, rows = lung.columns[below], lung.rows[below]
    off = side * (line[0] * (rows - start[1]) - line[1] * (columns - start[0]))
    near = int(np.flatnonzero(off >= off.max() - NEAR * line @ line)[-1])
    return int(columns[near]), int(rows[near])


def _until(lung: _Lung, x: int, y: int, rows: int, above: int) -> Border:
    """The column that bounds the heart in every row: the lung's border, and under its corner the corner's."""
    bound = np.full(rows, above)
    bound[lung.rows] = lung.columns
    bound[y:] = x
    return bound
