"""Preprocessing: shapes, percentiles and padding by hand; the same picture gives the same tensor."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lightbox_edge.manifest import Corners, Preprocessing
from lightbox_edge.preprocess import decode_size, fit, pad, preprocess, stretch, without_letters
from lightbox_edge.radiograph import Radiograph

HOW = Preprocessing(32, (0.5, 99.5), 0.5, 0.25)


def radiograph(pixels: NDArray[np.uint8] | NDArray[np.uint16]) -> Radiograph:
    return Radiograph(pixels, (pixels.shape[0], pixels.shape[1]))


def smooth(rows: int, columns: int) -> NDArray[np.uint16]:
    y, x = np.mgrid[0:rows, 0:columns]
    return (20000 + 10000 * np.sin(3 * x / columns) * np.cos(2 * y / rows)).astype(np.uint16)


def test_decoders_keep_half_as_much_again_as_the_input() -> None:
    assert decode_size(HOW) == 48


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 300), st.integers(1, 300), st.integers(0, 2**32 - 1))
def test_any_picture_becomes_a_finite_tensor_of_the_right_size(rows: int, columns: int, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 65536, (rows, columns), dtype=np.uint16)
    tensor = preprocess(radiograph(pixels), HOW)
    assert tensor.shape == (1, 32, 32)
    assert tensor.dtype == np.float32
    assert -2 <= tensor.min() <= tensor.max() <= 2


def test_what_stands_in_the_border_moves_no_gray_value_inside() -> None:
    film = smooth(100, 80).astype(np.float32)
    marked = film.copy()
    marked[:15, :30], marked[85:, 60:] = 65535, 0
    how = Preprocessing(100, (0.5, 99.5), 0.0, 1.0, border=0.15)
    plain, other = (preprocess(radiograph(one.astype(np.uint16)), how)[0] for one in (film, marked))
    assert np.abs(plain - other)[20:80, 30:70].max() < 1e-6
    whole = Preprocessing(100, (0.5, 99.5), 0.0, 1.0)
    plain, other = (preprocess(radiograph(one.astype(np.uint16)), whole)[0] for one in (film, marked))
    assert np.abs(plain - other)[20:80, 30:70].max() > 0.1


@pytest.mark.parametrize(("rows", "columns"), [(224, 224), (160, 224), (224, 180)])
def test_letters_vanish_from_corners_and_nothing_else_changes(rows: int, columns: int) -> None:
    film = smooth(rows, columns).astype(np.float32) / 65535
    lettered = film.copy()
    for stroke in range(0, 24, 6):  # strokes of two pixels in six: a third of each block
        lettered[6:14, 10 + stroke : 12 + stroke] = 1
        lettered[-14:-6, -12 - stroke : -10 - stroke] = 0
    corners = Corners(16, 2, 5)
    plain, cleaned = without_letters(film, corners), without_letters(lettered, corners)
    assert np.abs(cleaned - plain).max() < 0.1 * np.abs(lettered - film).max()
    assert np.array_equal(plain[32:-32], film[32:-32])
    assert np.array_equal(plain[:, 80:-80], film[:, 80:-80])
    assert np.abs(plain - film).max() < 0.06  # a smooth film hardly changes


def test_what_fills_a_corner_stays() -> None:
    film = smooth(224, 224).astype(np.float32) / 65535
    film[-48:, :90] = 0.9
    assert without_letters(film, Corners(16, 2, 5))[-32:, :80] == pytest.approx(0.9)


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 20), st.integers(1, 4), st.integers(1, 6))
def test_corners_of_any_film_keep_its_shape_and_range(
    rows: int, columns: int, block: int, down: int, over: int
) -> None:
    film = np.random.default_rng(rows).random((rows, columns), dtype=np.float32)
    given = film.copy()
    made = without_letters(film, Corners(block, down, over))
    assert made.shape == film.shape
    assert made.dtype == np.float32
    assert 0 <= made.min() <= made.max() <= 1
    assert np.array_equal(film, given)


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (2, 3), (40, 2)])
def test_a_border_leaves_something_of_the_smallest_picture(shape: tuple[int, int]) -> None:
    gray = np.arange(shape[0] * shape[1], dtype=np.float32).reshape(shape)
    assert np.isfinite(stretch(gray, (0.5, 99.5), 0.4)).all()


def test_the_longer_side_fits_and_the_shape_is_kept() -> None:
    assert fit(radiograph(smooth(100, 50)), 32).shape == (32, 16)
    assert fit(radiograph(smooth(50, 100)), 32).shape == (16, 32)
    assert fit(radiograph(smooth(1, 1000)), 32).shape == (1, 32)
    assert fit(radiograph(smooth(8, 4)), 32).shape == (32, 16)


def test_fitting_keeps_the_gray_values() -> None:
    fitted = fit(radiograph(np.full((100, 50), 54321, np.uint16)), 32)
    assert fitted == pytest.approx(54321)


def test_fitting_averages_and_does_not_pick() -> None:
    stripes = np.tile(np.array([0, 200], np.uint8), (256, 128))
    assert fit(radiograph(stripes), 32) == pytest.approx(100, abs=2)


def test_stretching_by_hand() -> None:
    gray = np.arange(101, dtype=np.float32).reshape(1, -1)
    stretched = stretch(gray, (10, 90))
    assert stretched[0, [0, 10, 50, 90, 100]] == pytest.approx([0, 0, 0.5, 1, 1])


def test_a_flat_picture_is_black() -> None:
    assert not stretch(np.full((4, 4), 7, np.float32), (0.5, 99.5)).any()
    assert preprocess(radiograph(np.full((9, 9), 200, np.uint8)), HOW) == pytest.approx(-2)


def test_padding_is_black_on_both_ends() -> None:
    square = pad(np.ones((2, 5), np.float32), 5)
    assert square.sum(axis=1).tolist() == [0, 5, 5, 0, 0]
    tensor = preprocess(radiograph(smooth(100, 50)), HOW)
    assert (tensor[0, :, :8] == -2).all()
    assert (tensor[0, :, 24:] == -2).all()
    assert tensor[0, :, 8:24].max() == pytest.approx(2)


def test_mean_and_std_come_last() -> None:
    picture = radiograph(smooth(64, 64))
    plain = preprocess(picture, Preprocessing(32, (0.5, 99.5), 0.0, 1.0))
    assert preprocess(picture, HOW) == pytest.approx((plain - 0.5) / 0.25)


def test_units_do_not_matter() -> None:
    eight = (smooth(64, 64) >> 8).astype(np.uint8)
    sixteen = eight.astype(np.uint16) * 257
    assert preprocess(radiograph(eight), HOW) == pytest.approx(preprocess(radiograph(sixteen), HOW), abs=1e-4)


@pytest.mark.parametrize("shape", [(640, 480), (333, 517)])
def test_a_reduced_decode_gives_nearly_the_same_tensor(shape: tuple[int, int]) -> None:
    whole = smooth(*shape)
    rows, columns = (side // 2 * 2 for side in shape)
    halves = whole[:rows, :columns].reshape(rows // 2, 2, columns // 2, 2).mean(axis=(1, 3)).astype(np.uint16)
    difference = preprocess(radiograph(whole), HOW) - preprocess(radiograph(halves), HOW)
    assert np.abs(difference).mean() < 0.05
