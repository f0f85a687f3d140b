"""Where on a film a finding's words fit: its similarity map, without a gradient and without another pass.

A patch is held against the words as the film is (RadZero's way; Park et al., 2025). The image encoder pools
by the mean and projects linearly, so the mean of the map is the film's log-odds before calibration: the map
is no second opinion but that one, spread out over the places it comes from.
"""

from __future__ import annotations

from math import isqrt

import numpy as np
from PIL import Image

from lightbox_edge.preprocess import film_in_square
from lightbox_edge.scoring import Features


def similarity_map(patch_features: Features, text_features: Features, scale: float) -> Features:
    """The log-odds of each place for a finding, (side, side); their mean is `scoring`'s mean log-odds.

    Args:
        patch_features: of one film, (patches, dimensions), a square grid row by row.
        text_features: of one finding, (descriptors, 2, dimensions): presence and absence.
        scale: the bundle's logit_scale.
    """
    difference = (text_features[:, 0] - text_features[:, 1]).mean(axis=0)
    length = float(np.linalg.norm(patch_features.mean(axis=0)))
    side = isqrt(len(patch_features))
    log_odds: Features = (patch_features @ difference) * np.float32(scale / max(length, 1e-12))
    return log_odds.reshape(side, side).astype(np.float32)


def on_film(log_odds: Features, input_size: int, size: tuple[int, int]) -> Features:
    """A map on the film alone, resized to (rows, columns), the padding that the network saw left out.

    The border is repeated first, or an outermost patch would have its maximum on the film's edge.
    """
    around = 2  # patches, as far as the filter reaches
    wide = np.pad(log_odds, around, mode="edge")
    left, top, right, bottom = (one + around for one in film_in_square(len(log_odds), input_size, size))
    picture = Image.fromarray(np.ascontiguousarray(wide, dtype=np.float32))
    resized = picture.resize((size[1], size[0]), Image.Resampling.BICUBIC, (left, top, right, bottom))
    return np.asarray(resized)
