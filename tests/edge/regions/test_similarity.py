"""A finding's map: its mean is the film's log-odds, and a bright place stays where it lies on the film."""

from __future__ import annotations

from collections.abc import Callable
from math import isqrt
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from lightbox_edge.backends import open_session
from lightbox_edge.loading import load_films
from lightbox_edge.preprocess import fitted_size, pad
from lightbox_edge.regions.prompting import place_of
from lightbox_edge.regions.similarity import on_film, similarity_map
from lightbox_edge.scoring import descriptor_log_odds
from tests.tiny import DIMENSIONS, HOW, image_encoder, write_films

GRID = 7
NUMBERS = st.floats(-4, 4, width=32)


@settings(deadline=None, max_examples=60)
@given(
    arrays.arrays(np.float32, (GRID * GRID, 6), elements=NUMBERS),
    arrays.arrays(np.float32, (3, 2, 6), elements=NUMBERS),
    st.floats(0.5, 30),
)
def test_the_mean_of_the_map_is_the_films_log_odds(
    patches: NDArray[np.float32], words: NDArray[np.float32], scale: float
) -> None:
    mean = patches.mean(axis=0)
    length = float(np.linalg.norm(mean))
    if length < 1e-2:  # a film that says nothing has no direction
        return
    log_odds = descriptor_log_odds((mean / length)[np.newaxis], words, scale)[0].mean()
    made = similarity_map(patches, words, scale)
    assert made.shape == (GRID, GRID)
    assert float(made.mean(dtype=np.float64)) == pytest.approx(
        float(log_odds), abs=1e-5 * scale * (1 + float(np.abs(made).max()))
    )


def test_so_it_is_of_a_real_graph_on_real_films(
    tmp_path: Path, film: Callable[[int], NDArray[np.uint8]]
) -> None:
    pixels = load_films([one.file for one in write_films(tmp_path / "films", film, 6)], HOW)
    given = open_session(image_encoder(patches=True), "onnxruntime", "cpu", 1).run({"pixels": pixels})
    words = np.random.default_rng(0).normal(size=(2, 2, DIMENSIONS)).astype(np.float32)
    log_odds = descriptor_log_odds(given["image_features"], words, 10.0).mean(axis=1)
    side = isqrt(given["patch_features"].shape[1])
    for patches, said in zip(given["patch_features"], log_odds, strict=True):
        made = similarity_map(patches, words, 10.0)
        assert made.shape == (side, side)
        assert made.mean() == pytest.approx(said, rel=1e-3, abs=1e-3)


@settings(deadline=None, max_examples=80)
@given(st.integers(64, 900), st.integers(64, 900), st.floats(0.1, 0.9), st.floats(0.1, 0.9))
def test_a_bright_place_of_the_film_is_found_where_it_lies(
    rows: int, columns: int, down: float, over: float
) -> None:
    """Whatever the shape of the film: a map with one bright patch points at what that patch looked at."""
    input_size = 224
    fitted = fitted_size((rows, columns), input_size)
    film = np.zeros(fitted, np.float32)
    film[min(fitted[0] - 1, int(down * fitted[0])), min(fitted[1] - 1, int(over * fitted[1]))] = 1
    share = input_size // GRID
    patches = pad(film, input_size).reshape(GRID, share, GRID, share).max(axis=(1, 3))
    place = place_of(on_film(patches, input_size, fitted), (rows, columns))
    assert place is not None
    patch = share * max(rows, columns) / input_size  # of the stored picture
    assert abs(place.maximum[0] - over * columns) <= patch + 1
    assert abs(place.maximum[1] - down * rows) <= patch + 1
    left, top, right, bottom = place.box
    assert 0 <= left < right <= columns + 1e-6
    assert 0 <= top < bottom <= rows + 1e-6
    assert left <= place.maximum[0] <= right
    assert top <= place.maximum[1] <= bottom


def test_what_lies_on_the_padding_is_left_out() -> None:
    patches = np.zeros((GRID, GRID), np.float32)
    patches[:, 0] = 9  # a tall film of half the width: the first column of patches is padding
    made = on_film(patches, 224, (448, 224))
    assert made.shape == (448, 224)
    assert np.abs(made).max() < 1


def test_only_the_thorax_counts_and_a_flat_map_points_nowhere() -> None:
    made = np.zeros((70, 50), np.float32)
    made[5:9, 5:9], made[40:50, 20:30] = 9, 3
    whole, inside = place_of(made, (700, 500)), place_of(made, (700, 500), (100, 200, 480, 690))
    assert whole is not None
    assert inside is not None
    assert whole.box == pytest.approx((50, 50, 90, 90))
    assert inside.box == pytest.approx((200, 400, 300, 500))
    assert place_of(np.full((7, 7), 2.0, np.float32), (70, 70)) is None


def test_the_piece_is_the_one_around_the_maximum() -> None:
    made = np.zeros((30, 30), np.float32)
    made[2:5, 2:5], made[10:28, 10:28] = 5, 4
    place = place_of(made, (30, 30))
    assert place is not None
    assert place.box == pytest.approx((2, 2, 5, 5))
