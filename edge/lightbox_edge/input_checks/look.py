"""What a film looks like on a thumbnail: random features and a linear readout, in numpy alone.

A thousand random patches, rectified, are what a wide layer would learn to be good for (Rahimi and Recht,
Random features for large-scale kernel machines, 2007); what they say about a film is fitted in closed form by
``lightbox_export.looks``. It knows nothing of a bundle's image encoder: every bundle has it, and an inverted
film can be put right before it is encoded. How often it is right: ``docs/checks.md``.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.input_checks.picture import SIDE, Gray

PATCH = 8  # samples of a patch along a side; each stands for a block of 1, 2 or 4 pixels
KINDS = ("frontal", "lateral", "cropped", "other")
_FILE = "looks.npz"


@dataclass(frozen=True, slots=True)
class Look:
    """Scores of what is on a picture: about 1 where it is so, -1 where it is not.

    ``turned[k]`` is for k quarter turns counter-clockwise from upright. ``turned``, ``inverted`` and
    ``child`` mean something on chest films alone.
    """

    frontal: float
    lateral: float
    cropped: float
    other: float
    turned: tuple[float, float, float, float]
    inverted: float
    child: float


@dataclass(frozen=True, slots=True)
class Limits:
    """What a check's score must exceed; set on held-out films of the training sources."""

    lateral: float
    cropped: float
    other: float
    turned: float
    inverted: float
    child: float


@dataclass(frozen=True, slots=True, eq=False)
class Patches:
    """Random patches of a thumbnail.

    Attributes:
        values: (N, PATCH, PATCH) int8.
        places: (N, 3) uint8: row and column of the upper left corner, side of a block in pixels.
        scales: (N,) float32, what a patch is multiplied by.
        offsets: (N,) float32, what is added before rectifying.
    """

    values: NDArray[np.int8]
    places: NDArray[np.uint8]
    scales: NDArray[np.float32]
    offsets: NDArray[np.float32]

    def filters(self) -> Gray:
        """As a matrix, (N, SIDE * SIDE)."""
        drawn = np.zeros((len(self.values), SIDE, SIDE), dtype=np.float32)
        for filter_, values, (row, column, block), scale in zip(
            drawn, self.values, self.places, self.scales, strict=True
        ):
            side = PATCH * int(block)
            blocks = values.repeat(block, axis=0).repeat(block, axis=1)
            filter_[row : row + side, column : column + side] = blocks * scale
        return drawn.reshape(len(drawn), -1)


def features(thumbnails: Gray, filters: Gray, offsets: Gray) -> Gray:
    """(N, SIDE, SIDE) to (N, patches + SIDE * SIDE + 1): rectified patches, the pixels, one."""
    flat = thumbnails.reshape(len(thumbnails), -1)
    rectified = np.maximum(flat @ filters.T + offsets, 0)
    made: Gray = np.concatenate([rectified, flat / 4, np.ones_like(flat[:, :1])], axis=1, dtype=np.float32)
    return made


def look(thumbnail: Gray) -> Look:
    """Look at one thumbnail, (SIDE, SIDE)."""
    known = _known()
    out = (features(thumbnail[np.newaxis], known.filters, known.offsets) @ known.readout)[0].tolist()
    frontal, lateral, cropped, other, upright, left, upside_down, right, inverted, child = out
    turned = (upright, left, upside_down, right)
    return Look(frontal, lateral, cropped, other, turned, inverted, child)


def limits() -> Limits:
    """The limits that came with the readout."""
    return _known().limits


def identity() -> str:
    """SHA-256 of what was learned: another one may refuse other films."""
    return _known().identity


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    filters: Gray
    offsets: Gray
    readout: Gray
    limits: Limits
    identity: str


@cache
def _known() -> _Known:
    content = (resources.files("lightbox_edge.input_checks") / _FILE).read_bytes()
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        patches = Patches(arrays["values"], arrays["places"], arrays["scales"], arrays["offsets"])
        readout = arrays["readout"].astype(np.float32)
        set_limits = Limits(*arrays["limits"].tolist())
    digest = hashlib.sha256(content).hexdigest()
    return _Known(patches.filters(), patches.offsets, readout, set_limits, digest)
