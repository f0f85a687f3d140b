"""The pieces of a mask: pixels that share a side."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Ends = NDArray[np.intp]


def largest_piece(mask: Mask) -> Mask:
    """The largest of a mask's pieces; an empty mask stays empty."""
    rows, starts, ends = _runs(mask)
    if not len(rows):
        return np.zeros_like(mask)
    pieces = np.array(_joined(rows.tolist(), starts.tolist(), ends.tolist()))
    largest = int(np.bincount(pieces, weights=ends - starts).argmax())
    return _drawn(mask, rows, starts, ends, pieces == largest)


def piece_around(mask: Mask, row: int, column: int) -> Mask:
    """The piece that holds a place; empty where the mask does not."""
    rows, starts, ends = _runs(mask)
    here = (rows == row) & (starts <= column) & (column < ends)
    if not here.any():
        return np.zeros_like(mask)
    pieces = np.array(_joined(rows.tolist(), starts.tolist(), ends.tolist()))
    return _drawn(mask, rows, starts, ends, pieces == pieces[here.argmax()])


def _runs(mask: Mask) -> tuple[Ends, Ends, Ends]:
    """The row, first column and column behind the last of each run, row by row from left to right."""
    steps = np.diff(np.pad(mask.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    rows, starts = np.nonzero(steps == 1)
    return rows, starts, np.nonzero(steps == -1)[1]


def _drawn(like: Mask, rows: Ends, starts: Ends, ends: Ends, chosen: Mask) -> Mask:
    piece = np.zeros_like(like)
    for run in np.flatnonzero(chosen):
        piece[rows[run], starts[run] : ends[run]] = True
    return piece


def _joined(rows: list[int], starts: list[int], ends: list[int]) -> list[int]:
    """The number of each run's piece; runs of a row join those above that they touch.

    After Rosenfeld and Pfaltz, 1966.
    """
    parents = list(range(len(rows)))

    def root(run: int) -> int:
        while parents[run] != run:
            parents[run] = parents[parents[run]]
            run = parents[run]
        return run

    above = 0
    for run, row in enumerate(rows):
        while rows[above] < row - 1 or (rows[above] == row - 1 and ends[above] <= starts[run]):
            above += 1
        touching = above
        while rows[touching] == row - 1 and starts[touching] < ends[run]:
            parents[root(touching)] = root(run)
            touching += 1
    return [root(run) for run in range(len(rows))]
