"""Masks at the stored size from a network's small logits; only the part that can be inside is resized."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Mask = NDArray[np.bool_]
Logits = NDArray[np.float32]
Box = tuple[float, float, float, float]


def positive(logits: Logits, box: Box, size: tuple[int, int]) -> Mask:
    """Where a part of ``logits``, resized bilinearly to ``size``, is above 0: (rows, columns).

    A value in between is above 0 only beside a logit that is, so a small mask costs a small picture. The
    mask is that of the whole picture but for places within rounding of 0.

    Args:
        logits: (height, width), float32.
        box: (left, top, right, bottom) of the film in them, as Pillow's resize takes it.
        size: (rows, columns) of the film.
    """
    mask = np.zeros(size, np.bool_)
    inside: Mask = logits > 0
    left, right, columns = _reached(inside, 0, box[0], box[2], size[1])
    top, bottom, rows = _reached(inside, 1, box[1], box[3], size[0])
    height, width = rows.stop - rows.start, columns.stop - columns.start
    if height > 0 and width > 0:
        picture = Image.fromarray(np.ascontiguousarray(logits, dtype=np.float32))
        part = picture.resize((width, height), Image.Resampling.BILINEAR, (left, top, right, bottom))
        mask[rows, columns] = np.asarray(part) > 0
    return mask


def _reached(inside: Mask, axis: int, start: float, stop: float, count: int) -> tuple[float, float, slice]:
    """Which of ``count`` pixels between ``start`` and ``stop`` a logit inside can reach, and their ends."""
    places = np.flatnonzero(inside.any(axis=axis))
    if not len(places):
        return start, stop, slice(0, 0)
    step = (stop - start) / count
    reach = max(step, 1.0)  # of the bilinear filter, in logits
    first = max(0, int((places[0] + 0.5 - reach - start) / step - 0.5))
    last = min(count, int((places[-1] + 0.5 + reach - start) / step + 0.5) + 1)
    return start + first * step, min(stop, start + last * step), slice(first, last)
