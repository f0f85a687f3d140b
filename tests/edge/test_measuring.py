"""Figures against brute force: AUC by counting pairs, Platt by its gradient, thresholds by search."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from lightbox_edge.manifest import OperatingPoint, Target
from lightbox_edge.measuring import (
    auc,
    auc_interval,
    bounds,
    fit_platt,
    missed,
    operating_point,
    sensitivity_and_specificity,
)
from lightbox_edge.scoring import sigmoid

Numbers = NDArray[np.float64]
Truth = NDArray[np.bool_]
Cases = tuple[Truth, Numbers]


@st.composite
def cases(draw: st.DrawFn) -> Cases:
    """Log-odds of some cases with a few of either kind; few values, so that ties are common."""
    truth = [True, False, *draw(st.lists(st.booleans(), max_size=60))]
    values = draw(st.sampled_from([st.integers(-4, 4).map(float), st.floats(-20, 20, width=32)]))
    log_odds = draw(st.lists(values, min_size=len(truth), max_size=len(truth)))
    return np.array(truth), np.array(log_odds)


def normal_cases(count: int, spread: float, seed: int = 0) -> Cases:
    chance = np.random.default_rng(seed)
    truth = chance.random(count) < 0.3
    return truth, spread * (chance.normal(size=count) + 1.5 * truth)


@given(cases())
def test_auc_counts_pairs(drawn: Cases) -> None:
    truth, scores = drawn
    wins = [(yes > no) + 0.5 * (yes == no) for yes in scores[truth] for no in scores[~truth]]
    assert auc(truth, scores) == pytest.approx(sum(wins) / len(wins))


def test_auc_by_hand() -> None:
    truth = np.array([True, True, False, False])
    assert auc(truth, np.array([4.0, 2.0, 3.0, 1.0])) == 0.75
    assert auc(truth, np.array([4.0, 3.0, 2.0, 1.0])) == 1
    assert auc(truth, np.array([1.0, 2.0, 3.0, 4.0])) == 0
    assert auc(truth, np.zeros(4)) == 0.5


@pytest.mark.parametrize("truth", [[True, True], [False, False]])
def test_an_auc_of_one_kind_alone_is_an_error(truth: list[bool]) -> None:
    with pytest.raises(ValueError, match="positives and negatives"):
        auc(np.array(truth), np.zeros(2))


def test_the_interval_holds_the_auc_and_is_the_same_each_time() -> None:
    truth, scores = normal_cases(150, 1.0)
    low, high = auc_interval(truth, scores)
    assert (low, high) == auc_interval(truth, scores)
    assert low < auc(truth, scores) < high
    # The standard error of DeLong et al. (1988) is another way to the same width.
    wins = (scores[truth][:, np.newaxis] > scores[~truth]).astype(float)
    rows, columns = wins.mean(axis=1), wins.mean(axis=0)
    variance = rows.var(ddof=1) / len(rows) + columns.var(ddof=1) / len(columns)
    assert high - low == pytest.approx(2 * 1.96 * np.sqrt(variance), rel=0.15)


def test_an_interval_narrows_with_more_cases() -> None:
    few, many = (auc_interval(*normal_cases(count, 1.0), draws=200) for count in (60, 2000))
    assert many[1] - many[0] < 0.5 * (few[1] - few[0])


@pytest.mark.parametrize("spread", [0.01, 1.0, 5.0, 20.0, 50.0])
def test_platt_finds_the_minimum_whatever_the_scale(spread: float) -> None:
    """The gradient is zero there; a scale that is ten times larger gives a slope ten times smaller."""
    truth, log_odds = normal_cases(200, spread)
    slope, intercept = fit_platt(truth, log_odds)
    positives = int(truth.sum())
    target = np.where(truth, (positives + 1) / (positives + 2), 1 / (len(truth) - positives + 2))
    off = sigmoid(slope * log_odds + intercept) - target
    assert off.sum() == pytest.approx(0, abs=1e-6)
    assert (off * log_odds / spread).sum() == pytest.approx(0, abs=1e-6)
    assert (slope * spread, intercept) == pytest.approx(fit_platt(*normal_cases(200, 1.0)), rel=1e-5)


def test_platt_gives_back_the_logistic_law_that_made_the_cases() -> None:
    chance = np.random.default_rng(3)
    log_odds = chance.normal(0, 3, 20_000)
    truth = chance.random(20_000) < sigmoid(0.7 * log_odds - 1.2)
    assert fit_platt(truth, log_odds) == pytest.approx((0.7, -1.2), abs=0.05)


@pytest.mark.parametrize("distance", [0.5, 5.0, 50.0, 500.0])
def test_platt_of_separated_cases_is_their_smoothed_targets(distance: float) -> None:
    truth = np.repeat([True, False], [8, 18])
    slope, intercept = fit_platt(truth, np.where(truth, distance, -distance))
    assert sigmoid(slope * distance + intercept) == pytest.approx(9 / 10, abs=1e-3)
    assert sigmoid(-slope * distance + intercept) == pytest.approx(1 / 20, abs=1e-3)


def test_platt_never_turns_a_score_over() -> None:
    truth, log_odds = normal_cases(200, 3.0)
    slope, intercept = fit_platt(truth, -log_odds)
    assert slope == 1e-3
    assert np.isfinite(intercept)


@given(cases())
def test_platt_is_always_finite(drawn: Cases) -> None:
    slope, intercept = fit_platt(*drawn)
    assert 1e-3 <= slope < 1e6
    assert abs(intercept) < 1e6


@settings(deadline=None)
@given(cases(), st.floats(0, 1))
def test_a_sensitivity_is_kept_for_new_films_and_by_the_highest_threshold(drawn: Cases, value: float) -> None:
    """The threshold is the lowest positive, or the next higher one would promise less than the value."""
    truth, log_odds = drawn
    point = operating_point(truth, log_odds, Target("sensitivity", value))
    assert point.sensitivity is not None
    assert point.sensitivity >= value - 1e-9
    probability = sigmoid(point.slope * log_odds + point.intercept)[truth]
    places = len(probability) + 1
    for bound, allowed in ((point.threshold, 1 - value), (point.uncertain_from, (1 - value) / 2)):
        assert bound in probability
        below = int((probability < bound).sum())
        assert (below + 1) / places <= allowed + 1e-9 or below == 0
        not_above = int((probability <= bound).sum())
        assert (not_above + 1) / places > allowed - 1e-9 or bound == probability.max()
    assert point.uncertain_from <= point.threshold
    assert point.miss_rate == pytest.approx(max((1 - value) / 2, 1 / places))


@settings(deadline=None)
@given(cases(), st.floats(0, 0.99))
def test_a_specificity_is_kept_for_new_films_and_promises_nothing(drawn: Cases, value: float) -> None:
    truth, log_odds = drawn
    point = operating_point(truth, log_odds, Target("specificity", value))
    assert point.specificity is not None
    probability = sigmoid(point.slope * log_odds + point.intercept)[~truth]
    places = len(probability) + 1
    flagged = int((probability >= point.threshold).sum())
    assert (flagged + 1) / places <= 1 - value + 1e-9 or flagged == 0 or point.threshold == 1
    assert point.uncertain_from == point.threshold
    assert point.miss_rate is None


def test_operating_points_by_hand() -> None:
    truth = np.repeat([True, False], [19, 19])
    log_odds = np.concatenate([np.arange(5.0, 24.0), np.arange(-12.0, 7.0)])
    sensitive = operating_point(truth, log_odds, Target("sensitivity", 0.9))
    # Two of twenty places: flags from the second lowest, 6, on and is uncertain at the lowest, 5.
    assert (sensitive.sensitivity, sensitive.specificity) == pytest.approx((18 / 19, 18 / 19))
    assert sensitive.uncertain_from == sigmoid(sensitive.slope * 5 + sensitive.intercept)
    assert (sensitive.set_for, sensitive.miss_rate) == (Target("sensitivity", 0.9), pytest.approx(0.05))
    specific = operating_point(truth, log_odds, Target("specificity", 0.8))
    assert (specific.sensitivity, specific.specificity) == pytest.approx(
        (1.0, 16 / 19)
    )  # flags from just above 3 on


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 10_000), st.sampled_from([0.8, 0.9, 0.95]), st.integers(15, 80))
def test_what_is_promised_holds_for_films_that_calibrated_nothing(seed: int, value: float, ill: int) -> None:
    """Over 400 clinics of one kind the mean sensitivity and the mean of films missed keep the promise."""
    chance = np.random.default_rng(seed)
    shares, misses = [], []
    for _ in range(400):
        cases, new = chance.gamma(2.0, size=ill), chance.gamma(2.0, size=50)
        threshold, uncertain_from = bounds(np.ones(ill, bool), cases, Target("sensitivity", value))
        shares.append((new >= threshold).mean())
        misses.append((new < uncertain_from).mean())
    noise = 4 * np.std(shares) / 20
    assert np.mean(shares) >= min(value, 1 - 1 / (ill + 1)) - noise
    assert np.mean(misses) <= max((1 - value) / 2, 1 / (ill + 1)) + noise


def test_missed_is_neither_flagged_nor_uncertain() -> None:
    truth = np.array([True, True, True, True, False])
    probability = np.array([0.9, 0.5, 0.3, 0.29, 0.1])
    assert missed(truth, probability, OperatingPoint(1.0, 0.0, 0.5, 0.3)) == 1


def test_sensitivity_and_specificity_by_hand() -> None:
    truth = np.array([True, True, True, False, False])
    probability = np.array([0.9, 0.5, 0.1, 0.5, 0.4])
    assert sensitivity_and_specificity(truth, probability, 0.5) == (pytest.approx(2 / 3), 0.5)
