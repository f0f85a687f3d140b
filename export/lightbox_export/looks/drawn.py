"""Pictures that are no chest X-ray, drawn by chance, so that no other collection of pictures is needed.

Slices and organs, fans of ultrasound, bones, pages, patterns, and films taken apart: crude ones, for what
they teach is where chest films end.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 64
_Y, _X = (np.mgrid[0:SIDE, 0:SIDE] / (SIDE - 1) * 2 - 1).astype(np.float32)

Drawing = NDArray[np.float32]
Chance = np.random.Generator


def draw(chance: Chance, films: NDArray[np.uint8]) -> Drawing:
    """One drawing, (SIDE, SIDE), 0 to 1; a third of them are films (N, SIDE, SIDE) taken apart."""
    if chance.random() < 0.35:
        drawing = _spoiled(chance, films[chance.integers(len(films))] / np.float32(255))
    else:
        drawing = _KINDS[chance.integers(len(_KINDS))](chance)
    low, high = np.percentile(drawing, (0.5, 99.5))
    return np.asarray(np.clip((drawing - low) / max(high - low, 1e-6), 0, 1), dtype=np.float32)


def _clouds(chance: Chance, steepness: float | None = None) -> Drawing:
    """Noise whose amplitude falls with frequency."""
    steepness = chance.uniform(0.5, 3.5) if steepness is None else steepness
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(SIDE), np.fft.fftfreq(SIDE)))
    frequency[0, 0] = 1 / SIDE
    noise = np.fft.ifft2(np.fft.fft2(chance.normal(size=(SIDE, SIDE))) / frequency**steepness).real
    return np.asarray((noise - noise.min()) / (np.ptp(noise) + 1e-9), dtype=np.float32)


def _ellipse(chance: Chance, middle: float, sides: tuple[float, float], hardness: float) -> Drawing:
    """1 inside, 0 outside, its centre at most ``middle`` off the picture's."""
    x, y = _X - chance.uniform(-middle, middle), _Y - chance.uniform(-middle, middle)
    turn, (a, b) = chance.uniform(0, np.pi), chance.uniform(*sides, 2)
    u, v = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    return np.asarray(1 / (1 + np.exp(np.clip(((u / a) ** 2 + (v / b) ** 2 - 1) * hardness, -30, 30))))


def _slice(chance: Chance) -> Drawing:
    """A body with a rim and organs, as on CT and MRI."""
    body = _ellipse(chance, 0.15, (0.55, 1.0), 20)
    drawing = chance.uniform(0, 0.3) + body * chance.uniform(0.2, 0.7)
    if chance.random() < 0.6:
        drawing = drawing + (body - _ellipse(chance, 0.05, (0.45, 0.85), 20)).clip(0) * chance.uniform(
            -0.3, 0.8
        )
    for _ in range(chance.integers(2, 14)):
        organ = _ellipse(chance, 0.7, (0.05, 0.45), chance.uniform(4, 25))
        drawing = drawing + body * organ * chance.uniform(-0.6, 0.6)
    return np.asarray(drawing + _clouds(chance, chance.uniform(0.5, 2)) * chance.uniform(0, 0.25))


def _fan(chance: Chance) -> Drawing:
    """Speckle with dark spots and bright lines, mostly within a fan, as on ultrasound."""
    top = -chance.uniform(1.0, 1.6)
    drawing = _clouds(chance, chance.uniform(0.3, 1.6)) * np.exp(-chance.uniform(0, 1.2) * (_Y + 1))
    for _ in range(chance.integers(0, 5)):
        drawing *= 1 - chance.uniform(0.3, 1) * _ellipse(chance, 0.6, (0.1, 0.5), 12)
    for _ in range(chance.integers(0, 5)):
        line = (_Y - chance.uniform(-1, 1) - _X * chance.uniform(-0.3, 0.3)) / 0.05
        drawing += chance.uniform(0.2, 0.6) * np.exp(-(line**2))
    if chance.random() < 0.4:
        return np.asarray(drawing)
    near = np.hypot(_X, _Y - top) < chance.uniform(1.8, 2.6)
    return np.asarray(drawing * (near & (np.abs(np.arctan2(_X, _Y - top)) < chance.uniform(0.4, 1.0))))


def _bones(chance: Chance) -> Drawing:
    """Shafts with bright walls in soft tissue, and round bones, as in a limb."""
    drawing = np.full((SIDE, SIDE), chance.uniform(0, 0.15), dtype=np.float32)
    along = chance.uniform(0, np.pi)
    for _ in range(chance.integers(1, 6)):
        turn = along + chance.normal(0, 0.4)
        x, y = _X - chance.uniform(-0.7, 0.7), _Y - chance.uniform(-0.7, 0.7)
        u, v = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
        width = chance.uniform(0.06, 0.25) * (1 + chance.uniform(0, 0.8) * u**2)
        inside = np.abs(u) < chance.uniform(0.4, 2)
        soft = np.exp(-((v / (width * chance.uniform(2, 4))) ** 4)) * inside
        bone = (np.abs(v) < width) & inside
        wall = np.exp(-(((np.abs(v) - 0.85 * width) / (0.25 * width)) ** 2)) * bone
        grays = soft * chance.uniform(0.2, 0.45) + bone * chance.uniform(0.1, 0.4)
        drawing = np.maximum(drawing, grays + wall * chance.uniform(0.1, 0.3))
    for _ in range(chance.integers(0, 5)):
        drawing = drawing + _ellipse(chance, 0.8, (0.08, 0.4), 12) * chance.uniform(0.1, 0.5)
    return np.asarray(drawing + _clouds(chance, 1.5) * chance.uniform(0, 0.15))


def _page(chance: Chance) -> Drawing:
    """Lines of words, dark on white or white on dark."""
    drawing = np.full((SIDE, SIDE), chance.uniform(0.7, 1), dtype=np.float32)
    for row in range(int(chance.integers(1, 6)), SIDE - 2, int(chance.integers(3, 8))):
        column = int(chance.integers(1, 10))
        while column < SIDE - 4:
            width = int(chance.integers(1, 9))
            drawing[row : row + int(chance.integers(1, 3)), column : column + width] = chance.uniform(0, 0.4)
            column += width + int(chance.integers(1, 4))
    return drawing if chance.random() < 0.5 else 1 - drawing


def _pattern(chance: Chance) -> Drawing:
    """A slope, waves, noise or a mosaic."""
    which, noise = chance.integers(4), chance.normal(size=(SIDE, SIDE))
    if which == 0:
        return np.asarray(_X * chance.normal() + _Y * chance.normal() + noise * chance.uniform(0, 0.3))
    if which == 1:
        waves = np.sin(_X * chance.uniform(2, 40) + _Y * chance.uniform(2, 40) + chance.uniform(0, 6))
        return np.asarray(waves + noise * chance.uniform(0, 0.5))
    if which == 2:
        return np.asarray(noise, dtype=np.float32)
    tiles = chance.random((int(chance.integers(2, 9)),) * 2).astype(np.float32)
    return _resized(tiles, Image.Resampling(int(chance.integers(0, 4))))


def _blobs(chance: Chance) -> Drawing:
    """Soft and hard ellipses of any gray on any ground."""
    drawing = np.full((SIDE, SIDE), chance.uniform(0, 1), dtype=np.float32)
    for _ in range(chance.integers(2, 10)):
        blob = _ellipse(chance, 1.0, (0.05, 0.9), chance.uniform(2, 60))
        drawing = drawing + blob * chance.uniform(-1, 1)
    return np.asarray(drawing + _clouds(chance, chance.uniform(0.5, 2.5)) * chance.uniform(0, 0.5))


def _spoiled(chance: Chance, film: Drawing) -> Drawing:
    """A film cut and shuffled, far too near, mirrored top to bottom, laid over itself, or stirred."""
    which = chance.integers(5)
    if which == 0:
        count = int(chance.choice([2, 4, 8]))
        side = SIDE // count
        tiles = film.reshape(count, side, count, side).swapaxes(1, 2).reshape(-1, side, side)
        tiles = chance.permutation(tiles)
        return np.asarray(tiles.reshape(count, count, side, side).swapaxes(1, 2).reshape(SIDE, SIDE))
    if which == 1:
        side = int(chance.integers(7, 18))
        row, column = chance.integers(0, SIDE - side, 2)
        return _resized(film[row : row + side, column : column + side], Image.Resampling.BICUBIC)
    if which == 2:
        height = int(chance.integers(24, 40))
        half = film[:height] if chance.random() < 0.5 else film[-height:]
        whole = _resized(np.vstack([half, half[::-1]]), Image.Resampling.BOX)
        return np.asarray(np.rot90(whole, int(chance.integers(2))), dtype=np.float32)
    if which == 3:
        return np.asarray((film + np.rot90(film, int(chance.integers(1, 4)))) / 2)
    far = np.hypot(_X, _Y)
    angle = np.arctan2(_Y, _X) + chance.uniform(1.5, 4) * np.exp(-far * chance.uniform(0.8, 2))
    rows, columns = ((far * turn(angle) / 2 + 0.5).clip(0, 1) * (SIDE - 1) for turn in (np.sin, np.cos))
    return np.asarray(film[rows.astype(int), columns.astype(int)])


def _resized(picture: Drawing, how: Image.Resampling) -> Drawing:
    whole = np.ascontiguousarray(picture, dtype=np.float32)
    return np.asarray(Image.fromarray(whole).resize((SIDE, SIDE), how), dtype=np.float32)


_KINDS: tuple[Callable[[Chance], Drawing], ...] = (
    _slice,
    _slice,
    _fan,
    _bones,
    _bones,
    _page,
    _pattern,
    _blobs,
    _clouds,
)
