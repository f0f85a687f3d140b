"""Films without their lungs, and films of nothing but lungs: does a bundle judge by what it should?

After Sourget et al., "Mask of truth: model sensitivity to unexpected regions of medical images", 2024:
classifiers kept most of their AUC without the lungs. They blank to black; here the blank is the film's own
median, for a black hole is a film that nobody ever saw.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.manifest import Preprocessing

Pixels = NDArray[np.float32]


def blanked(pixels: Pixels, lungs: NDArray[np.bool_], how: Preprocessing) -> tuple[Pixels, Pixels]:
    """A film without its lungs, and its lungs alone, both (1, S, S) as the image encoder takes them.

    Args:
        pixels: the whole film, (1, S, S), preprocessed as ``how`` says.
        lungs: (S, S).
        how: tells which gray is black, for the black square around a film stays black.
    """
    film = _film(pixels[0] > (0 - how.mean) / how.std + 1e-6)
    blank = np.float32(np.median(pixels[0][film])) if film.any() else np.float32(0)
    return np.where(lungs, blank, pixels), np.where(film & ~lungs, blank, pixels)


def _film(bright: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The rectangle that holds every pixel that is not black."""
    rows, columns = np.flatnonzero(bright.any(axis=1)), np.flatnonzero(bright.any(axis=0))
    film = np.zeros_like(bright)
    if len(rows):
        film[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = True
    return film
