"""Scores against figures worked out by hand, and against the formulas written out another way."""

from __future__ import annotations

import math
import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightbox_edge.manifest import Evidence, OperatingPoint
from lightbox_edge.results import FindingScore
from lightbox_edge.scoring import Criterion, descriptor_log_odds, mahalanobis, score, sigmoid, triage

# Two descriptors in two dimensions; the second one's presence and absence are turned round.
TEXT = np.array([[[1, 0], [0, 1]], [[0, 1], [1, 0]]], np.float32)
IMAGE = np.array([0.8, 0.6], np.float32)


def criterion(point: OperatingPoint, text: np.ndarray = TEXT, validated: bool = True) -> Criterion:
    return Criterion("effusion", ("fluid", "blunting")[: len(text)], text, point, validated)


def scored(probability: float, threshold: float) -> FindingScore:
    return FindingScore("effusion", probability, threshold, probability >= threshold)


def test_log_odds_by_hand() -> None:
    log_odds = descriptor_log_odds(np.stack([IMAGE, -IMAGE]), TEXT, 10.0)
    assert log_odds.dtype == np.float32
    assert log_odds == pytest.approx(np.array([[2, -2], [-2, 2]]), abs=1e-5)


def test_a_descriptor_is_the_softmax_over_its_pair() -> None:
    (log_odds,) = descriptor_log_odds(IMAGE[np.newaxis], TEXT[:1], 7.5)
    yes, no = (math.exp(7.5 * float(IMAGE @ sentence)) for sentence in TEXT[0])
    assert sigmoid(log_odds[0]) == pytest.approx(yes / (yes + no), rel=1e-6)


def test_a_finding_is_the_calibrated_mean_of_its_descriptors() -> None:
    text = np.concatenate([TEXT[:1], np.array([[[0.6, 0.8], [0, 0]]], np.float32)])
    given_score = score(IMAGE, criterion(OperatingPoint(0.5, -1.0, 0.7, 0.6), text), 10.0)
    mean = (10 * (0.8 - 0.6) + 10 * (0.8 * 0.6 + 0.6 * 0.8)) / 2
    assert given_score.probability == pytest.approx(1 / (1 + math.exp(1 - 0.5 * mean)), rel=1e-6)
    assert (given_score.name, given_score.threshold, given_score.flagged) == ("effusion", 0.7, True)
    assert [(one.present, one.probability) for one in given_score.descriptors] == [
        ("fluid", round(1 / (1 + math.exp(-2)), 4)),
        ("blunting", round(1 / (1 + math.exp(-9.6)), 4)),
    ]


EVIDENCE = Evidence("cardiothoracic_ratio", 12.0, 0.5)


def weighed(point: OperatingPoint) -> Criterion:
    return replace(criterion(point), evidence=EVIDENCE)


def test_evidence_adds_its_log_odds_and_says_what_it_said() -> None:
    point = OperatingPoint(0.5, -1.0, 0.7, 0.6)
    found = score(IMAGE, weighed(point), 10.0, 0.58)
    assert found.probability == pytest.approx(1 / (1 + math.exp(1 - 0.5 * (0 + 12 * 0.08))), rel=1e-6)
    *words, last = found.descriptors
    assert tuple(words) == score(IMAGE, criterion(point), 10.0).descriptors
    assert last.present == "The heart is 0.58 as wide as the thorax."
    assert last.probability == round(1 / (1 + math.exp(-12 * 0.08)), 4)


def test_what_was_not_measured_or_is_no_evidence_leaves_the_words_alone() -> None:
    point = OperatingPoint(0.5, -1.0, 0.7, 0.6)
    words = score(IMAGE, criterion(point), 10.0)
    assert score(IMAGE, weighed(point), 10.0) == words
    assert score(IMAGE, criterion(point), 10.0, 0.9) == words


@given(
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(1e-3, 100),
    st.floats(0, 1),
    st.floats(1e-3, 10),
    st.floats(-5, 5),
)
def test_a_greater_ratio_never_lowers_the_probability(
    one: float, other: float, weight: float, centre: float, slope: float, intercept: float
) -> None:
    evidence = Evidence("cardiothoracic_ratio", weight, centre)
    heart = replace(criterion(OperatingPoint(slope, intercept, 0.5, 0.5)), evidence=evidence)
    smaller, greater = (score(IMAGE, heart, 10.0, ratio).probability for ratio in sorted((one, other)))
    assert smaller <= greater


def test_at_the_threshold_is_flagged() -> None:
    balanced = score(IMAGE, criterion(OperatingPoint(1.0, 0.0, 0.5, 0.5)), 10.0)
    assert (balanced.probability, balanced.flagged) == (0.5, True)
    above = OperatingPoint(1.0, 0.0, math.nextafter(0.5, 1), 0.5)
    assert not score(IMAGE, criterion(above), 10.0).flagged


def test_a_finding_that_was_not_measured_says_so() -> None:
    point = OperatingPoint(1.0, 0.0, 0.5, 0.5)
    assert score(IMAGE, criterion(point), 1.0).validated
    assert not score(IMAGE, criterion(point, validated=False), 1.0).validated


@pytest.mark.parametrize(
    ("probabilities", "expected"),
    [
        ((0.2, 0.2), "not flagged"),
        ((0.4, 0.2), "uncertain"),
        ((0.399, 0.2), "not flagged"),
        ((0.2, 0.6), "flagged"),
        ((0.45, 0.6), "flagged"),
        ((0.6, 0.45), "flagged"),
    ],
)
def test_triage(probabilities: tuple[float, float], expected: str) -> None:
    point = OperatingPoint(1.0, 0.0, 0.6, 0.4)
    scores = tuple(scored(probability, 0.6) for probability in probabilities)
    assert triage(scores, (criterion(point), criterion(point))) == expected


def test_each_finding_has_its_own_band() -> None:
    narrow, wide = OperatingPoint(1.0, 0.0, 0.6, 0.6), OperatingPoint(1.0, 0.0, 0.6, 0.1)
    scores = (scored(0.5, 0.6), scored(0.05, 0.6))
    assert triage(scores, (criterion(narrow), criterion(wide))) == "not flagged"
    assert triage(scores, (criterion(wide), criterion(narrow))) == "uncertain"


def test_mahalanobis_is_the_textbook_formula() -> None:
    chance = np.random.default_rng(1)
    features = chance.normal(size=(200, 6)) @ chance.normal(size=(6, 6))
    mean, inverse = features.mean(axis=0), np.linalg.inv(np.cov(features.T))
    statistics = np.vstack([mean, np.linalg.cholesky(inverse).T]).astype(np.float32)
    expected = [math.sqrt((row - mean) @ inverse @ (row - mean)) for row in features]
    distances = mahalanobis(features.astype(np.float32), statistics)
    assert distances.dtype == np.float32
    assert distances == pytest.approx(expected, rel=1e-3)


def test_mahalanobis_by_hand() -> None:
    statistics = np.array([[1, 1], [2, 0], [0, 0.5]], np.float32)
    assert mahalanobis(np.array([[1, 1], [2, 1], [1, 3]], np.float32), statistics) == pytest.approx([0, 2, 1])


@given(st.floats(-1e300, 1e300))
def test_sigmoid_has_no_overflow_and_mirrors(x: float) -> None:
    with warnings.catch_warnings(), np.errstate(over="raise", invalid="raise"):
        warnings.simplefilter("error")
        y = float(sigmoid(x))
    assert 0 <= y <= 1
    assert y + float(sigmoid(-x)) == pytest.approx(1)


@given(st.floats(-30, 30))
def test_sigmoid_is_the_logistic_function(x: float) -> None:
    assert float(sigmoid(x)) == pytest.approx(1 / (1 + math.exp(-x)), rel=1e-3, abs=1e-15)


@given(st.lists(st.floats(-700, 700), min_size=2, max_size=20))
def test_sigmoid_keeps_the_order(values: list[float]) -> None:
    assert (np.diff(sigmoid(np.array(sorted(values)))) >= 0).all()
