"""What teaches the input checks: drawn pictures, altered copies, a fit that is the same each time."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from lightbox_edge.errors import LightboxError
from lightbox_edge.input_checks.look import features
from lightbox_edge.input_checks.picture import SIDE, normalised
from lightbox_export.looks import fit
from lightbox_export.looks.copies import FILM_SIDE, part, turned, whole
from lightbox_export.looks.drawn import draw
from lightbox_export.looks.films import Films, held_out, read_training_films

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


def made_films(count: int) -> Films:
    """A bright belly, a dark chest, a heart to the right; every fifth is lateral, every third a child's."""
    chance = np.random.default_rng(0)
    row, column = np.mgrid[0:FILM_SIDE, 0:FILM_SIDE] / FILM_SIDE
    heart = ((column - 0.6) ** 2 + (row - 0.6) ** 2 < 0.04) * 90
    gray = 60 + 120 * (row > 0.75) + heart + chance.normal(0, 6, (count, FILM_SIDE, FILM_SIDE))
    place = np.arange(count)
    lateral, child = place % 5 == 0, place % 3 == 0
    gray[lateral] = gray[lateral][:, :, ::-1] * 0.5
    return Films(
        gray.clip(0, 255).astype(np.uint8), child & ~lateral, lateral, ~lateral & ~child & (place % 2 == 0)
    )


def test_drawings_fill_their_range_and_differ() -> None:
    chance = np.random.default_rng(0)
    films = made_films(6).gray
    drawings = np.stack([draw(chance, films) for _ in range(60)])
    assert drawings.shape == (60, 64, 64)
    assert drawings.dtype == np.float32
    assert drawings.min() == 0
    assert drawings.max() == 1
    assert len(np.unique(drawings.reshape(60, -1).round(3), axis=0)) > 50


def test_copies_stay_near_their_film_and_parts_do_not() -> None:
    film = made_films(2).gray[1]
    plain = normalised(film.reshape(1, SIDE, 2, SIDE, 2).mean(axis=(2, 4)).astype(np.float32))[0]
    chance = np.random.default_rng(0)
    near = np.mean([(normalised(whole(chance, film)[None])[0] * plain).mean() for _ in range(30)])
    far = np.mean([(normalised(part(chance, film)[None])[0] * plain).mean() for _ in range(30)])
    assert near > 0.6 > far
    copy = whole(chance, film)
    assert copy.shape == (SIDE, SIDE)
    assert np.array_equal(turned(copy, 1), np.rot90(copy))
    assert np.array_equal(turned(copy, 0, mirrored=True), copy[:, ::-1])


def test_a_fit_tells_turned_and_inverted_copies_and_is_the_same_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fit, "PATCHES", 48)
    monkeypatch.setattr(fit, "DRAWN", 20)
    films = made_films(60)
    looks = fit.fit_looks(films)
    assert looks.npz() == fit.fit_looks(films).npz()
    with np.load(io.BytesIO(looks.npz()), allow_pickle=False) as arrays:
        assert set(arrays.files) == {"values", "places", "scales", "offsets", "readout", "limits"}
        assert arrays["readout"].shape == (48 + SIDE * SIDE + 1, 10)
        assert arrays["limits"].shape == (6,)
    use = films.gray[films.calibrates].astype(np.float32)
    small = normalised(use.reshape(len(use), SIDE, 2, SIDE, 2).mean(axis=(2, 4)))
    for quarters in range(4):
        seen = features(np.rot90(small, quarters, (1, 2)), looks.patches.filters(), looks.patches.offsets)
        assert ((seen @ looks.readout)[:, 4:8].argmax(axis=1) == quarters).all()
    seen = features(-small, looks.patches.filters(), looks.patches.offsets)
    assert ((seen @ looks.readout)[:, 8] > 0).all()


def test_data_that_are_not_there_are_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(LightboxError, match=r"holds no labels\.csv"):
        read_training_films(tmp_path)


def test_a_fifth_of_the_patients_is_held_out_by_group() -> None:
    held = [held_out("nih_talo", f"g{number}") for number in range(2000)]
    assert 0.17 < np.mean(held) < 0.23
    assert not held_out("jsrt", "g1")
