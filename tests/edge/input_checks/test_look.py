"""The network and what it is given, against plain arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from lightbox_edge.input_checks.look import PATCH, Patches, features, identity, limits, look
from lightbox_edge.input_checks.picture import SIDE, normalised, thumbnail


def test_an_inverted_picture_has_the_same_thumbnail_with_its_sign_turned() -> None:
    gray = np.random.default_rng(0).random((90, 70), dtype=np.float32)
    assert thumbnail(1 - gray) == pytest.approx(-thumbnail(gray), abs=1e-4)
    assert thumbnail(3 * gray + 7) == pytest.approx(thumbnail(gray), abs=1e-3)
    assert thumbnail(gray).mean() == pytest.approx(0, abs=1e-5)
    assert (thumbnail(gray) ** 2).mean() == pytest.approx(1, rel=1e-4)


def test_a_flat_picture_has_an_empty_thumbnail() -> None:
    assert not thumbnail(np.full((40, 40), 0.3, np.float32)).any()


def test_features_by_hand() -> None:
    values = np.zeros((2, PATCH, PATCH), np.int8)
    values[0, 0, 0], values[1, 7, 7] = 100, -50
    places = np.array([[3, 4, 1], [0, 0, 4]], np.uint8)
    patches = Patches(values, places, np.array([0.5, 0.1], np.float32), np.array([0.0, 1.0], np.float32))
    filters = patches.filters().reshape(2, SIDE, SIDE)
    assert filters[0, 3, 4] == 50
    assert np.count_nonzero(filters[0]) == 1
    assert (filters[1, 28:32, 28:32] == -5).all()
    assert np.count_nonzero(filters[1]) == 16
    one = np.random.default_rng(0).normal(size=(1, SIDE, SIDE)).astype(np.float32)
    made = features(one, patches.filters(), patches.offsets)[0]
    expected = [max(0, 50 * one[0, 3, 4]), max(0, 1 - 5 * one[0, 28:32, 28:32].sum())]
    assert made[:2] == pytest.approx(expected, rel=1e-4)
    assert made[2:-1] == pytest.approx(one.ravel() / 4)
    assert made[-1] == 1
    assert len(made) == 2 + SIDE * SIDE + 1


def test_what_was_learned_is_there_and_has_limits() -> None:
    small = normalised(np.random.default_rng(0).normal(size=(1, SIDE, SIDE)).astype(np.float32))[0]
    seen = look(small)
    assert all(np.isfinite((seen.frontal, seen.lateral, seen.cropped, seen.other, *seen.turned)))
    assert limits().inverted >= 0
    assert len(identity()) == 64
