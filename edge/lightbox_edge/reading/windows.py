"""From stored values to shown ones: the DICOM grayscale pipeline, without DICOM's file format.

PS3.3 C.11.1 (modality LUT), C.11.2 (VOI LUT and window), C.7.6.3.1.2 and C.11.6 (inversion), in that
order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.reading.tones import Pixels, averaged, spread, to_uint8, to_uint16

Function = Literal["LINEAR", "LINEAR_EXACT", "SIGMOID"]


@dataclass(frozen=True, slots=True)
class Window:
    """Window centre and width in units of the modality LUT's output (PS3.3 C.11.2.1.2, C.11.2.1.3)."""

    center: float
    width: float
    function: Function = "LINEAR"

    def __call__(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Map ``values`` to 0 (black) to 1 (white)."""
        x = values.astype(np.float64)
        if self.function == "SIGMOID":
            return np.asarray(1 / (1 + np.exp(np.clip(-4 * (x - self.center) / self.width, -700, 700))))
        exact = self.function == "LINEAR_EXACT"
        center, width = (self.center, self.width) if exact else (self.center - 0.5, self.width - 1)
        if width <= 0:  # the narrowest window that LINEAR allows is a threshold
            return np.where(x > center, 1.0, 0.0)
        return np.clip((x - center) / width + 0.5, 0, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A lookup table: entry 0 is for ``first`` and what is below, the last for all above."""

    first: int
    entries: NDArray[np.float64]

    def __call__(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Look ``values`` up, rounded to whole numbers."""
        index = np.clip(np.rint(values).astype(np.int64) - self.first, 0, len(self.entries) - 1)
        return np.asarray(self.entries[index])


@dataclass(frozen=True, slots=True)
class Tones:
    """How the stored values of one picture are meant to be shown.

    Attributes:
        bits: bits of a stored value (BitsStored).
        signed: whether stored values are two's complement.
        modality: slope and intercept, or a table whose output is in its own units.
        voi: a window, or a table whose output is 0 to 1; None shows the whole range.
        inverted: whether the smallest value is shown white (MONOCHROME1).
        padding: lowest and highest stored value that stand for "no picture here", both included.
        palette: luminance of each stored value, which is a code that must not be averaged.
    """

    bits: int
    signed: bool = False
    modality: tuple[float, float] | Table = (1.0, 0.0)
    voi: Window | Table | None = None
    inverted: bool = False
    padding: tuple[int, int] | None = None
    palette: Table | None = None


def shown(stored: NDArray[Any], tones: Tones, longer_side: int | None = None) -> Pixels:
    """Take stored values, (rows, columns), through the pipeline; 0 is black.

    Padding becomes the darkest value that is shown, before blocks are averaged, so that it bleeds into
    no edge. Values of up to 8 bits without a window or table stay uint8 (2**bits - 1 becomes 255), all
    others become uint16, where 0 to 65535 is the output range of the VOI step, or else the range of
    this picture. A window that leaves nothing of a picture is not believed: its range is shown.
    """
    return toned(reduced(stored, tones, longer_side), tones)


def reduced(stored: NDArray[Any], tones: Tones, longer_side: int | None = None) -> NDArray[Any]:
    """The first half of `shown`: no palette, no padding, and no more values than are asked for."""
    if tones.palette is not None:
        stored = tones.palette(stored).astype(np.float32)
    return averaged(_unpadded(stored, tones), longer_side)


def toned(small: NDArray[Any], tones: Tones) -> Pixels:
    """The second half, which another VOI step may take from the same values."""
    if tones.bits <= 8 and tones.voi is None and isinstance(tones.modality, tuple):
        lowest = -(2 ** (tones.bits - 1)) if tones.signed else 0
        unit = (small.astype(np.float32) - lowest) / (2**tones.bits - 1)
        return to_uint8(1 - unit if tones.inverted != (tones.modality[0] < 0) else unit)
    unit = _voi(small, tones)
    return to_uint16(1 - unit if tones.inverted else unit)


def _modality(values: NDArray[Any], tones: Tones) -> NDArray[np.float64]:
    if isinstance(tones.modality, Table):
        return tones.modality(values)
    slope, intercept = tones.modality
    return np.asarray(values.astype(np.float64) * slope + intercept)


def _voi(values: NDArray[Any], tones: Tones) -> NDArray[Any]:
    measured = _modality(values, tones)
    if tones.voi is not None:
        unit = tones.voi(measured)
        if unit.min() < unit.max() or measured.min() == measured.max():
            return unit
    return spread(measured)


def _unpadded(stored: NDArray[Any], tones: Tones) -> NDArray[Any]:
    """Replace padding by the stored value that is shown darkest among those that are no padding."""
    if tones.padding is None:
        return stored
    low, high = tones.padding
    padded = (stored >= low) & (stored <= high)
    picture = stored[~padded]
    if picture.size in (0, stored.size):
        return stored
    ends = np.array([picture.min(), picture.max()])
    first, last = _voi(ends, tones)
    darkest = ends[0] if (first <= last) != tones.inverted else ends[1]
    return np.where(padded, darkest, stored)
