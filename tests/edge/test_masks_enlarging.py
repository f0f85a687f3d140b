"""Masks from small logits are those of the whole picture, however little of it is resized."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from lightbox_edge.masks_enlarging import positive
from lightbox_edge.preprocess import film_in_square

LEVEL = st.floats(-3, 3)
ROUNDING = 1e-5  # of the largest logit: a value so near to 0 may fall on either side


def whole(
    logits: NDArray[np.float32], box: tuple[float, float, float, float], size: tuple[int, int]
) -> NDArray[np.float32]:
    resized = Image.fromarray(logits).resize((size[1], size[0]), Image.Resampling.BILINEAR, box)
    return np.asarray(resized)


@settings(deadline=None, max_examples=200)
@given(
    st.integers(2, 40),
    st.tuples(st.integers(1, 400), st.integers(1, 400)),
    st.integers(0, 2**32 - 1),
    LEVEL,
)
def test_a_mask_is_that_of_the_whole_picture(
    side: int, size: tuple[int, int], seed: int, level: float
) -> None:
    """Larger and smaller than the logits, in one piece, in several or in none."""
    logits = (np.random.default_rng(seed).normal(size=(side, side)) + level).astype(np.float32)
    box = film_in_square(side, 4 * side, size)
    values = whole(logits, box, size)
    differ = positive(logits, box, size) != (values > 0)
    assert np.abs(values[differ]).max(initial=0) <= ROUNDING * np.abs(logits).max()


def test_one_logit_inside_reaches_as_far_as_the_filter() -> None:
    logits = np.full((64, 64), -1, np.float32)
    logits[20, 40] = 3
    made = positive(logits, (0, 0, 64, 48), (3000, 4000))
    assert (made == (whole(logits, (0, 0, 64, 48), (3000, 4000)) > 0)).all()
    assert made.any()
    assert not positive(np.full((8, 8), -1, np.float32), (0, 0, 8, 8), (50, 60)).any()
