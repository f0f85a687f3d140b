"""Mutual scoring: the film with patches that few share is the strangest, in whatever order films come."""

from __future__ import annotations

import numpy as np
import pytest

from lightbox_edge import anomaly
from lightbox_edge.anomaly import anomaly_scores, film_score, ranks, references
from lightbox_edge.patches import DIMENSIONS, pack, unpack
from lightbox_edge.results import AnomalyRank, FilmKey
from lightbox_edge.scoring import Features

PATCHES, WIDE = 9, 256


def key(number: int) -> FilmKey:
    return f"{number:064x}", 0


def films(count: int, strange: int | None = None) -> dict[FilmKey, bytes]:
    """Films whose patches are those of all films with a little noise; one of the strange film is its own."""
    chance = np.random.default_rng(7)
    common = chance.normal(size=(PATCHES, WIDE))
    made = {}
    for number in range(count):
        patches = (common + 0.2 * chance.normal(size=common.shape)).astype(np.float32)
        if number == strange:
            patches[4] = chance.normal(size=WIDE)
        made[key(number)] = pack(patches)
    return made


def scores(batch: dict[FilmKey, bytes]) -> dict[FilmKey, float]:
    chosen = references(batch)
    return dict(anomaly_scores(batch.items(), {one: batch[one] for one in chosen}))


def test_packing_keeps_the_angles_between_patches() -> None:
    chance = np.random.default_rng(1)
    first = chance.normal(size=(400, WIDE)).astype(np.float32)
    second = (first + chance.normal(size=first.shape)).astype(np.float32)
    whole = (first * second).sum(1) / np.linalg.norm(first, axis=1) / np.linalg.norm(second, axis=1)
    ours, theirs = unpack([pack(first), pack(second)])
    kept = (ours * theirs).sum(axis=1)
    assert len(pack(first)) == 400 * DIMENSIONS
    assert np.abs(kept - whole).mean() < 0.06  # about half of 1 / sqrt(64)
    assert abs(float((kept - whole).mean())) < 0.02
    assert np.linalg.norm(ours, axis=1) == pytest.approx(np.ones(400), abs=1e-5)


def test_a_packed_film_has_the_same_bytes_on_every_machine() -> None:
    """Worklists outlive versions of numpy: what was packed years ago is compared with what is packed now."""
    packed = np.frombuffer(pack(np.eye(2, WIDE, dtype=np.float32)), np.int8).reshape(2, DIMENSIONS)
    assert np.abs(packed).tolist() == [[16] * DIMENSIONS] * 2  # 127 / sqrt(64), the sign from a hash
    assert "".join("+" if one > 0 else "-" for one in packed[0, :12]) == "--++-++--++-"


def test_a_length_says_nothing_and_darkness_divides_by_nothing() -> None:
    patches = np.random.default_rng(2).normal(size=(PATCHES, WIDE)).astype(np.float32)
    assert pack(3 * patches) == pack(patches)
    assert pack(np.zeros((PATCHES, WIDE), np.float32)) == bytes(PATCHES * DIMENSIONS)


def test_the_film_with_a_patch_of_its_own_is_the_strangest() -> None:
    batch = films(60, strange=17)
    ranked = ranks(scores(batch))
    assert ranked[key(17)] == AnomalyRank(1, 60)
    assert sorted(one.rank for one in ranked.values()) == list(range(1, 61))
    assert ranks(scores(films(60)))[key(17)].rank != 1


def test_order_and_size_of_the_portions_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = films(60, strange=17)
    before = scores(batch)
    assert scores(dict(reversed(batch.items()))) == pytest.approx(before, abs=1e-6)
    monkeypatch.setattr(anomaly, "_AT_ONCE", 7)
    assert scores(batch) == pytest.approx(before, abs=1e-6)


def test_a_film_is_not_compared_with_itself() -> None:
    """Were it, a strange film among the references would find its own patch."""
    batch = films(2, strange=1)
    assert scores(batch)[key(1)] > 0.3


def test_a_fixed_sample_is_what_all_are_compared_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anomaly, "REFERENCES", 20)
    batch = films(60, strange=50)
    assert references(reversed(batch)) == [key(number) for number in range(20)]
    assert ranks(scores(batch))[key(50)].rank == 1


def test_a_score_is_the_mean_distance_to_the_nearest_share() -> None:
    """Ten others, of which three count: cosines 1, 0.5 and -1 are distances 0, 1 and 2."""
    likeness: Features = np.full((1, 10), -1, np.float32)
    likeness[0, :2] = 1, 0.5
    assert film_score(likeness) == pytest.approx(1.0)


def test_equal_scores_are_ranked_by_content() -> None:
    equal = {key(3): 0.5, key(1): 0.5, key(2): 0.75}
    assert ranks(equal) == {key(2): AnomalyRank(1, 3), key(1): AnomalyRank(2, 3), key(3): AnomalyRank(3, 3)}
    assert AnomalyRank(1, 200).percentile == 99.5
    assert AnomalyRank(200, 200).percentile == 0
