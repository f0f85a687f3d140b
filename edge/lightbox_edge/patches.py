"""A film's patch_features in a few kilobytes, so that all films of a batch can be compared at its end.

Each patch becomes a direction, for whatever its length says is how bright the film is there, in 8 bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from hashlib import shake_256
from math import isqrt

import numpy as np

from lightbox_edge.scoring import Features

DIMENSIONS = 64  # of a stored patch


def pack(patch_features: Features) -> bytes:
    """Pack one film's patch_features, (patches, dimensions), into patches * `DIMENSIONS` bytes.

    The patches stand row by row on a square grid; each is taken with the eight about it, as MuSc does.
    """
    patches = _unit(_with_neighbours(patch_features) @ _projection(patch_features.shape[-1]))
    return np.rint(127 * patches).astype(np.int8).tobytes()


def unpack(films: Sequence[bytes]) -> Features:
    """The packed patches of N films of one bundle, (N, patches, `DIMENSIONS`), L2-normalised."""
    whole = np.frombuffer(b"".join(films), np.int8).astype(np.float32)
    return _unit(whole.reshape(len(films), -1, DIMENSIONS))


def _with_neighbours(patches: Features) -> Features:
    """The mean of each patch and those about it; at the border they stand in for what is beyond."""
    side = isqrt(len(patches))
    grid = np.pad(patches.reshape(side, side, -1), ((1, 1), (1, 1), (0, 0)), mode="edge")
    shifts = [grid[down : down + side, over : over + side] for down in range(3) for over in range(3)]
    mean: Features = np.stack(shifts).mean(axis=0)
    return mean.reshape(patches.shape)


@cache
def _projection(dimensions: int) -> Features:
    """Random signs, which keep angles (Achlioptas, 2003); of a hash, so no version of numpy moves them."""
    bits = np.frombuffer(shake_256(b"patches").digest(dimensions * DIMENSIONS // 8), np.uint8)
    signs = 2 * np.unpackbits(bits).astype(np.float32) - 1
    return signs.reshape(dimensions, DIMENSIONS)


def _unit(patches: Features) -> Features:
    lengths = np.linalg.norm(patches, axis=-1, keepdims=True)
    directions: Features = (patches / np.maximum(lengths, 1e-12)).astype(np.float32)
    return directions
