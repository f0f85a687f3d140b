"""The largest piece of a mask, against a plain flood fill."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from lightbox_edge.anatomy import largest_piece


def flooded(mask: NDArray[np.bool_]) -> list[set[tuple[int, int]]]:
    """Every piece as a set of places, found by walking."""
    left = {(int(row), int(column)) for row, column in np.argwhere(mask)}
    pieces = []
    while left:
        piece, border = set(), [left.pop()]
        while border:
            row, column = border.pop()
            piece.add((row, column))
            for near in ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)):
                if near in left:
                    left.remove(near)
                    border.append(near)
        pieces.append(piece)
    return pieces


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("share", [0.3, 0.5, 0.6, 0.8])
def test_it_is_the_largest_of_a_flood_fill(seed: int, share: float) -> None:
    mask = np.random.default_rng(seed).random((17, 23)) < share
    piece = {(int(row), int(column)) for row, column in np.argwhere(largest_piece(mask))}
    pieces = flooded(mask)
    assert piece in pieces
    assert len(piece) == max(map(len, pieces))


def test_a_ring_and_a_spiral_are_one_piece_each() -> None:
    spiral = np.array([[1, 1, 1, 1], [0, 0, 0, 1], [1, 1, 0, 1], [1, 0, 0, 1], [1, 1, 1, 1]], bool)
    assert (largest_piece(spiral) == spiral).all()
    ring = np.ones((9, 9), bool)
    ring[2:7, 2:7] = False
    both = ring.copy()
    both[4, 4] = True
    assert (largest_piece(both) == ring).all()


def test_an_empty_mask_stays_empty_and_a_full_one_full() -> None:
    assert not largest_piece(np.zeros((5, 7), bool)).any()
    assert largest_piece(np.ones((5, 7), bool)).all()
