"""Where a finding's words fit on a film, for a graph that gives no patch_features: cover places and look.

A square of the film is covered and the film encoded again; how far a finding's log-odds fall tells how much
of them came from there (Zeiler and Fergus, ECCV 2014). The squares stand on a fixed grid and overlap
by a third: random masks (RISE; Petsiuk et al., BMVC 2018) are drawn by the thousand, and a laptop has no time
for that. A film costs `PASSES` passes of the image encoder, whatever the number of findings.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.preprocess import film_in_square
from lightbox_edge.scoring import Features, descriptor_log_odds
from lightbox_edge.speed import BATCH

GRID = 7  # squares on each side of the map
PASSES = GRID * GRID
# A square's side, of the network's input. On boxes of training films larger ones pointed worse, for what is
# left of a film without half a lung is no film (docs/regions.md).
WINDOW = 1.5 / GRID

Pixels = NDArray[np.float32]


def covered_features(encode: Callable[[Pixels], Features], pixels: Pixels, size: tuple[int, int]) -> Features:
    """The image_features of a film with each place covered, (`PASSES`, dimensions), row by row.

    Args:
        encode: pixels (N, 1, S, S) to image_features (N, dimensions).
        pixels: the film, (1, S, S), preprocessed.
        size: (rows, columns) of the stored picture; what is beside it in the square is never covered.
    """
    films = covered(pixels, size)
    return np.concatenate([encode(films[first : first + BATCH]) for first in range(0, PASSES, BATCH)])


def covered(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """The film, (1, S, S), with one square after the other in its own mean: (`PASSES`, 1, S, S)."""
    side = pixels.shape[-1]
    left, top, right, bottom = (round(one) for one in film_in_square(side, side, size))
    reach, middles = WINDOW * side / 2, (np.arange(GRID) + 0.5) * side / GRID
    films = np.repeat(pixels[np.newaxis], PASSES, axis=0)
    for film, (row, column) in zip(films, product(middles, repeat=2), strict=True):
        rows = slice(max(top, round(row - reach)), max(top, min(bottom, round(row + reach))))
        columns = slice(max(left, round(column - reach)), max(left, min(right, round(column + reach))))
        film[:, rows, columns] = pixels[:, top:bottom, left:right].mean()
    return films


def occlusion_map(image_features: Features, text_features: Features, scale: float) -> Features:
    """How far a finding's log-odds fall where each place is covered, (GRID, GRID).

    They are told from 0 instead of from the uncovered film's, which would move no place against another.

    Args:
        image_features: of one film, as `covered_features` gives them.
        text_features: of one finding, (descriptors, 2, dimensions): presence and absence.
        scale: the bundle's logit_scale.
    """
    log_odds = descriptor_log_odds(image_features, text_features, scale).mean(axis=1)
    fall: Features = -log_odds.reshape(GRID, GRID)
    return fall
