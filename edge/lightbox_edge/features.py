"""A film's image_features as the worklist keeps them, so that films can be compared by their cosine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lightbox_edge.scoring import Features

_STORED = np.dtype("<f2")  # float16 moves a cosine by about 0.0001, at half the bytes of float32


def pack_features(image_features: Features) -> bytes:
    """Pack one film's image_features, (dimensions,) and L2-normalised, into 2 * dimensions bytes."""
    return image_features.astype(_STORED).tobytes()


def unpack_features(films: Sequence[bytes]) -> Features:
    """The packed image_features of N films of one bundle, (N, dimensions) float32, L2-normalised."""
    whole = np.frombuffer(b"".join(films), _STORED).astype(np.float32).reshape(len(films), -1)
    whole /= np.maximum(np.sqrt(np.vecdot(whole, whole)), np.float32(1e-12))[:, np.newaxis]
    return whole
