"""Maps by occlusion: what is covered, and that the place which alone makes a finding is the maximum."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lightbox_edge.judging import Model
from lightbox_edge.manifest import OperatingPoint
from lightbox_edge.preprocess import film_in_square
from lightbox_edge.regions.maps import FilmMaps
from lightbox_edge.regions.occlusion import GRID, PASSES, covered, covered_features, occlusion_map
from lightbox_edge.regions.prompting import place_of
from lightbox_edge.scoring import Criterion, descriptor_log_odds
from tests.tiny import HOW, SIDE, write_bundle, write_films

Pixels = NDArray[np.float32]
SIZES = st.tuples(st.integers(200, 900), st.integers(200, 900))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, film: Callable[[int], NDArray[np.uint8]]) -> Model:
    """Of a bundle whose graph gives no patch_features."""
    place = tmp_path_factory.mktemp("occlusion")
    labelled = write_films(place / "films", film, 8)
    bundle = write_bundle(place / "bundle", labelled, segmenter=False)
    return Model(bundle, backend="onnxruntime", device="cpu", threads=1)


def gray_film(size: tuple[int, int]) -> tuple[Pixels, tuple[int, int, int, int]]:
    """A film of one gray on its black square, (1, SIDE, SIDE), and its left, top, right and bottom."""
    left, top, right, bottom = (round(one) for one in film_in_square(SIDE, SIDE, size))
    film = np.full((1, SIDE, SIDE), (0 - HOW.mean) / HOW.std, np.float32)
    film[:, top:bottom, left:right] = 0
    return film, (left, top, right, bottom)


@settings(deadline=None, max_examples=40)
@given(SIZES, st.floats(0.05, 0.95), st.floats(0.05, 0.95))
def test_the_bright_patch_that_alone_makes_the_finding_is_the_maximum(
    model: Model, size: tuple[int, int], down: float, over: float
) -> None:
    plain, (left, top, right, bottom) = gray_film(size)
    share = SIDE // GRID
    row = top + int(down * max(0, bottom - top - share))
    column = left + int(over * max(0, right - left - share))
    ill = plain.copy()
    ill[:, row : row + share : 2, column : column + share] = 2
    words = model.encode(np.stack([ill, plain]))[np.newaxis]
    finding = Criterion("bright patch", ("",), words, OperatingPoint(1.0, 0.0, 0.5, 0.4), validated=False)
    found = FilmMaps(model, ill, size, None).of(finding)
    assert found.kind == "occlusion"
    place = place_of(found.log_odds, size)
    assert place is not None
    scale = max(size) / SIDE
    reach = share * scale + 1
    assert abs(place.maximum[0] - (column - left + share / 2) * scale) <= reach
    assert abs(place.maximum[1] - (row - top + share / 2) * scale) <= reach


@settings(deadline=None, max_examples=40)
@given(SIZES, st.integers(0, 2**32 - 1))
def test_each_pixel_of_the_film_is_covered_and_none_beside_it(size: tuple[int, int], seed: int) -> None:
    film, (left, top, right, bottom) = gray_film(size)
    drawn = np.random.default_rng(seed).normal(size=(bottom - top, right - left))
    film[:, top:bottom, left:right] = drawn
    films = covered(film, size)
    assert films.shape == (PASSES, 1, SIDE, SIDE)
    moved = (films != film).any(axis=(0, 1))
    assert moved[top:bottom, left:right].all()
    moved[top:bottom, left:right] = False
    assert not moved.any()
    assert np.unique(films[films != film]) == pytest.approx([float(drawn.mean())], abs=1e-5)


def test_passes_are_counted_and_a_map_is_the_fall_of_the_log_odds() -> None:
    chance = np.random.default_rng(0)
    words = chance.normal(size=(3, 2, 5)).astype(np.float32)
    batches: list[int] = []

    def encode(films: Pixels) -> Pixels:
        batches.append(len(films))
        return np.stack([film[0, :5, 0] for film in films])

    film = chance.normal(size=(1, SIDE, SIDE)).astype(np.float32)
    features = covered_features(encode, film, (500, 500))
    assert sum(batches) == PASSES == len(features)
    made = occlusion_map(features, words, 10.0)
    last = descriptor_log_odds(encode(film[np.newaxis]), words, 10.0).mean()  # the last square hides none
    assert made[-1, -1] == pytest.approx(-last, rel=1e-5)
    assert made.shape == (GRID, GRID)
