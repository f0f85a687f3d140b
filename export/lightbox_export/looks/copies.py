"""Copies of films, moved a little as films differ, and altered as the checks must notice."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lightbox_edge.input_checks.picture import SIDE

FILM_SIDE = 64  # of the squares that copies are cut from

Copy = NDArray[np.float32]
Chance = np.random.Generator


def whole(chance: Chance, film: NDArray[np.uint8]) -> Copy:
    """A film, (FILM_SIDE, FILM_SIDE), a little turned, moved, stretched, toned and marked."""
    width, height = chance.uniform(0.86, 1.08, 2)
    x, y = chance.uniform(-0.05, 0.05, 2)
    return _copy(chance, film, (width, height), (x, y))


def part(chance: Chance, film: NDArray[np.uint8]) -> Copy:
    """A third to a half of each side, or half a film."""
    which = chance.integers(4)
    width, height = chance.uniform(0.3, 0.58, 2)
    if which == 2:
        width, height = chance.uniform(0.35, 0.5), chance.uniform(0.85, 1)
    elif which == 3:
        width, height = chance.uniform(0.85, 1), chance.uniform(0.3, 0.48)
    x, y = chance.uniform(-1, 1) * (1 - width) / 2, chance.uniform(-1, 1) * (1 - height) / 2
    return _copy(chance, film, (width, height), (x, y))


def turned(copy: Copy, quarters: int, *, mirrored: bool = False) -> Copy:
    """Mirrored left to right, then turned counter-clockwise."""
    return np.rot90(copy[:, ::-1] if mirrored else copy, quarters)


def _copy(
    chance: Chance, film: NDArray[np.uint8], size: tuple[float, float], centre: tuple[float, float]
) -> Copy:
    """Cut a window of ``size`` around ``centre`` (shares of the film, from its middle) out of a film."""
    angle, (width, height) = chance.uniform(-0.14, 0.14), size
    a, b = np.cos(angle) * width, -np.sin(angle) * height
    d, e = np.sin(angle) * width, np.cos(angle) * height
    half = FILM_SIDE / 2
    shift = (half + centre[0] * FILM_SIDE - (a + b) * half, half + centre[1] * FILM_SIDE - (d + e) * half)
    cut = Image.fromarray(film.astype(np.float32)).transform(
        (FILM_SIDE, FILM_SIDE),
        Image.Transform.AFFINE,
        (a, b, shift[0], d, e, shift[1]),
        Image.Resampling.BILINEAR,
    )
    times = FILM_SIDE // SIDE
    copy = np.asarray(cut).reshape(SIDE, times, SIDE, times).mean(axis=(1, 3)) / 255
    copy = np.clip(copy, 0, 1) ** np.exp(chance.uniform(-0.7, 0.7))
    if chance.random() < 0.3:
        copy = _framed(chance, copy)
    if chance.random() < 0.3:  # a marker, a date, a shutter
        rows, columns = chance.integers(1, 6, 2)
        row, column = chance.integers(0, SIDE - 6, 2)
        copy[row : row + rows, column : column + columns] = chance.choice([0, 1])
    return np.asarray(copy, dtype=np.float32)


def _framed(chance: Chance, copy: Copy) -> Copy:
    """Shutters or the light around a photographed film, black, white or gray, on any of the four sides."""
    top, bottom, left, right = chance.integers(1, 9, 4) * (chance.random(4) < 0.6)
    framed = np.full_like(copy, chance.choice([0, 1, 1, chance.random()]))
    inside = slice(top, SIDE - bottom), slice(left, SIDE - right)
    framed[inside] = copy[inside]
    return framed
