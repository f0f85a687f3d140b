"""Gray values: fewer of them, and in the range that a radiograph has."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8] | NDArray[np.uint16]

LUMINANCE = (0.299, 0.587, 0.114)
"""Weights of red, green and blue (ITU-R BT.601, DICOM PS3.3 C.7.6.3.1.2)."""


def factor(size: tuple[int, int], longer_side: int | None) -> int:
    """The largest power of two that ``size`` may be divided by and keep its longer side.

    Powers of two alone, since a wavelet's levels and JPEG's scales are: every format ends at one size.
    """
    times = max(size) // longer_side if longer_side else 1
    return 1 << max(0, times.bit_length() - 1)


def averaged(values: NDArray[Any], longer_side: int | None) -> NDArray[Any]:
    """Average blocks so that the longer side stays at or above ``longer_side``.

    Returns:
        ``values`` itself if there is nothing to do, else (ceil(rows / k), ceil(columns / k)), float32
        (uint8 for uint8, float64 for 32-bit values, which float32 cannot hold); blocks at the far edges
        may be smaller.
    """
    k = factor((values.shape[0], values.shape[1]), longer_side)
    if k == 1:
        return values
    if values.dtype == np.uint8:  # rounded by Pillow, and three times as fast as by way of float32
        return np.asarray(Image.fromarray(values).reduce(k))
    if values.dtype.itemsize <= 2:
        return np.asarray(Image.fromarray(values.astype(np.float32)).reduce(k))
    rows, columns = np.arange(0, values.shape[0], k), np.arange(0, values.shape[1], k)
    sums = np.add.reduceat(np.add.reduceat(values, rows, 0, np.float64), columns, 1)
    ones = np.outer(np.diff(np.append(rows, values.shape[0])), np.diff(np.append(columns, values.shape[1])))
    return np.asarray(sums / ones)


def luminance(rgb: NDArray[Any]) -> NDArray[np.float32]:
    """(rows, columns, 3 or more) red, green, blue to (rows, columns) luminance in the same units."""
    return np.asarray(rgb[..., :3] @ np.array(LUMINANCE, np.float32), np.float32)


def to_uint8(unit: NDArray[Any]) -> NDArray[np.uint8]:
    """0 to 1 becomes 0 to 255, rounded; what lies outside is clipped."""
    return np.asarray(np.rint(np.clip(unit, 0, 1) * 255), np.uint8)


def to_uint16(unit: NDArray[Any]) -> NDArray[np.uint16]:
    """0 to 1 becomes 0 to 65535, rounded; what lies outside is clipped."""
    return np.asarray(np.rint(np.clip(unit, 0, 1) * 65535), np.uint16)


def spread(values: NDArray[Any]) -> NDArray[Any]:
    """Map the finite minimum and maximum to 0 and 1; a flat picture, NaN and -inf become 0, +inf 1."""
    numbers = values.astype(np.float64)
    finite = numbers[np.isfinite(numbers)]
    if finite.size == 0 or finite.min() == finite.max():
        return np.zeros(numbers.shape)
    low, high = finite.min(), finite.max()
    return np.asarray((np.nan_to_num(numbers, nan=low, posinf=high, neginf=low) - low) / (high - low))
