"""A rung's numbers from made-up features whose right answers are known."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lightbox_edge.backends import Tensor
from lightbox_edge.errors import LightboxError
from lightbox_edge.intervals import share
from lightbox_edge.labels import LabelledFilm
from lightbox_edge.manifest import Descriptor, Evidence, Finding, Target
from lightbox_edge.measuring import auc, operating_point, sensitivity_and_specificity
from lightbox_edge.proving import SHRINKAGE, encode_films, finding_log_odds, prove, with_ratios
from lightbox_edge.scoring import mahalanobis, sigmoid

Numbers = NDArray[np.float64]
AIM = {"effusion": Target("sensitivity", 0.9)}


def films(parts: dict[str, int], dataset: str = "a", unknown_every: int = 0) -> list[LabelledFilm]:
    """Films with a finding on every third; of every ``unknown_every``th nobody knows."""
    return [
        LabelledFilm(
            Path(f"{dataset}-{part}-{index}.png"),
            dataset,
            part,
            {"effusion": None if unknown_every and index % unknown_every == 0 else index % 3 == 0},
        )
        for part, count in parts.items()
        for index in range(count)
    ]


def scores_of(collection: list[LabelledFilm], seed: int = 0) -> Numbers:
    """Log-odds that are right more often than not."""
    chance = np.random.default_rng(seed)
    truth = np.array([bool(film.truths["effusion"]) for film in collection])
    return chance.normal(size=len(collection)) + 2.0 * truth


def features_of(collection: list[LabelledFilm], seed: int = 0) -> NDArray[np.float32]:
    chance = np.random.default_rng(seed)
    return (chance.normal(size=(len(collection), 4)) @ np.diag([1, 2, 3, 4])).astype(np.float32)


def chosen(collection: list[LabelledFilm], part: str) -> NDArray[np.bool_]:
    return np.array([film.part == part for film in collection])


def test_the_point_comes_from_calibration_and_the_result_from_test() -> None:
    collection = films({"train": 40, "calibration": 60, "test": 90})
    log_odds = scores_of(collection)
    proof = prove(collection, features_of(collection), {"effusion": log_odds}, AIM, "2026-11-22")
    truth = np.array([bool(film.truths["effusion"]) for film in collection])
    use, test = chosen(collection, "calibration"), chosen(collection, "test")
    point = operating_point(truth[use], log_odds[use], AIM["effusion"])
    assert proof.operating_points == {"effusion": point}
    (result,) = proof.results
    assert (result.finding, result.dataset, result.date) == ("effusion", "a test", "2026-11-22")
    assert (result.positives, result.negatives) == (30, 60)
    assert result.auc == round(auc(truth[test], log_odds[test]), 4)
    probability = sigmoid(point.slope * log_odds[test] + point.intercept)
    reached = sensitivity_and_specificity(truth[test], probability, point.threshold)
    assert (result.sensitivity, result.specificity) == pytest.approx(reached, abs=5e-5)
    assert result.auc_interval[0] < result.auc < result.auc_interval[1]
    lost = int((probability[truth[test]] < point.uncertain_from).sum())
    assert result.missed == pytest.approx(lost / 30, abs=5e-5)
    assert result.missed_interval == pytest.approx((share(lost, 30).low, share(lost, 30).high), abs=5e-5)


def test_a_threshold_for_a_specificity_promises_nothing_of_films_missed() -> None:
    collection = films({"train": 40, "calibration": 60, "test": 90})
    aim = {"effusion": Target("specificity", 0.9)}
    proof = prove(collection, features_of(collection), {"effusion": scores_of(collection)}, aim, "d")
    (result,) = proof.results
    assert (result.missed, result.missed_interval) == (None, None)


def test_unknown_truths_count_nowhere() -> None:
    collection = films({"train": 40, "calibration": 90, "test": 90}, unknown_every=4)
    log_odds = scores_of(collection)
    proof = prove(collection, features_of(collection), {"effusion": log_odds}, AIM, "d")
    known = np.array([film.truths["effusion"] is not None for film in collection])
    for index in np.flatnonzero(~known):
        log_odds[index] = 1e6
    again = prove(collection, features_of(collection), {"effusion": log_odds}, AIM, "d")
    assert again.operating_points == proof.operating_points
    assert again.results == proof.results
    assert proof.results[0].positives + proof.results[0].negatives == int(
        (known & chosen(collection, "test")).sum()
    )


def test_each_dataset_has_its_row_and_all_together_one() -> None:
    collection = films({"train": 30, "calibration": 60, "test": 60}) + films({"test": 30}, "b")
    proof = prove(collection, features_of(collection), {"effusion": scores_of(collection)}, AIM, "d")
    rows = [(result.dataset, result.positives, result.negatives) for result in proof.results]
    assert rows == [("a test", 20, 40), ("b test", 10, 20), ("a + b test", 30, 60)]


def test_a_dataset_with_too_few_cases_gives_no_figure() -> None:
    collection = films({"train": 30, "calibration": 60, "test": 60}) + films({"test": 12}, "b")
    proof = prove(collection, features_of(collection), {"effusion": scores_of(collection)}, AIM, "d")
    assert [result.dataset for result in proof.results] == ["a test", "a + b test"]


def test_too_few_calibration_cases_are_a_sentence() -> None:
    collection = films({"train": 30, "calibration": 12, "test": 60})
    with pytest.raises(LightboxError, match="'effusion' has fewer than 5 calibration cases"):
        prove(collection, features_of(collection), {"effusion": scores_of(collection)}, AIM, "d")


def test_the_statistics_are_those_of_the_training_films() -> None:
    collection = films({"train": 200, "calibration": 200, "test": 20})
    features = features_of(collection)
    proof = prove(collection, features, {"effusion": scores_of(collection)}, AIM, "d")
    trained = features[chosen(collection, "train")].astype(np.float64)
    mean, covariance = trained.mean(axis=0), np.cov(trained.T)
    shrunk = (1 - SHRINKAGE) * covariance + SHRINKAGE * np.eye(4) * np.trace(covariance) / 4
    off = features.astype(np.float64) - mean
    expected = np.sqrt(np.einsum("ni,ij,nj->n", off, np.linalg.inv(shrunk), off))
    assert proof.statistics.shape == (5, 4)
    assert proof.statistics.dtype == np.float32
    assert mahalanobis(features, proof.statistics) == pytest.approx(expected, rel=1e-3)
    passed = (expected[chosen(collection, "calibration")] <= proof.distance_limit * (1 + 1e-6)).mean()
    assert passed == pytest.approx(0.995, abs=0.006)


def test_log_odds_of_findings_take_their_own_descriptors() -> None:
    pair = Descriptor("yes", "no")
    findings = [Finding("one", (pair,)), Finding("two", (pair, pair))]
    text = np.array([[[1, 0], [0, 0]], [[0, 1], [0, 0]], [[0, 3], [0, 0]]], np.float32)
    log_odds = finding_log_odds(np.array([[1, 2], [3, 4]], np.float32), text, findings, 10.0)
    assert {name: values.tolist() for name, values in log_odds.items()} == {
        "one": [10.0, 30.0],
        "two": [40.0, 80.0],
    }


def test_ratios_add_to_the_finding_that_they_are_evidence_of_where_they_were_measured() -> None:
    pair = (Descriptor("yes", "no"),)
    findings = [Finding("one", pair), Finding("two", pair, Evidence("cardiothoracic_ratio", 10.0, 0.5))]
    words = {"one": np.zeros(3), "two": np.ones(3)}
    both = with_ratios(words, findings, np.array([0.6, np.nan, 0.3]))
    assert both["one"].tolist() == [0, 0, 0]
    assert both["two"] == pytest.approx([2, 1, -1])


def test_with_evidence_a_result_has_the_auc_of_the_words_too() -> None:
    collection = films({"train": 60, "calibration": 60, "test": 90})
    good = scores_of(collection)
    poor = np.random.default_rng(1).permutation(good)
    proof = prove(collection, features_of(collection), {"effusion": good}, AIM, "d", {"effusion": poor})
    bare = prove(collection, features_of(collection), {"effusion": good}, AIM, "d")
    assert proof.operating_points == bare.operating_points
    for one, other in zip(proof.results, bare.results, strict=True):
        assert other.words is None
        assert one.words is not None
        assert one.words.interval[0] < one.words.value < one.words.interval[1]
        assert one.words.value < one.auc == other.auc


def test_films_are_encoded_one_at_a_time() -> None:
    class Mean:
        device = "none"
        shapes: list[tuple[int, ...]] = []  # noqa: RUF012  # one session in this test

        def run(self, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
            self.shapes.append(inputs["pixels"].shape)
            return {"image_features": inputs["pixels"].mean(axis=(1, 2, 3), keepdims=True)[:, :, 0, 0]}

    pixels = np.arange(12, dtype=np.float32).reshape(3, 1, 2, 2)
    assert encode_films(Mean(), pixels).tolist() == [[1.5], [5.5], [9.5]]
    assert Mean.shapes == [(1, 1, 2, 2)] * 3
