"""Figures by hand, and against brute force."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightbox_edge.evaluating.calibration import Bin, calibration
from lightbox_edge.evaluating.figures import Estimate, measure, roc, share
from lightbox_edge.measuring import auc


def test_the_figures_of_ten_films_by_hand() -> None:
    truth = np.repeat([True, False], 5)
    probability = np.array([0.9, 0.8, 0.7, 0.4, 0.2, 0.6, 0.5, 0.3, 0.1, 0.0])
    figures = measure(truth, probability, 0.5)
    assert (figures.positives, figures.negatives) == (5, 5)
    assert figures.auc is not None
    assert figures.auc.value == 20 / 25  # pairs won of 25: 5, 5, 5, 3 and 2
    assert figures.sensitivity == Estimate(0.6, 0.1466, 0.9473, 5, few=True)
    assert figures.specificity == Estimate(0.6, 0.1466, 0.9473, 5, few=True)
    # No positive of five may be missed at 90 %, so the threshold is 0.2, and 0.1 and 0.0 lie below it.
    assert figures.specificity_at_90 is not None
    assert figures.specificity_at_90.value == 0.4


def test_one_miss_of_ten_is_allowed_at_90_percent() -> None:
    truth = np.repeat([True, False], [10, 20])
    probability = np.concatenate([np.arange(10) / 10, np.full(20, 0.05)])
    figures = measure(truth, probability, 0.5)
    assert figures.specificity_at_90 == Estimate(1.0, 0.0, 1.0, 10, few=True)
    assert figures.specificity is not None
    assert not figures.specificity.few


@pytest.mark.parametrize(("yes", "no"), [(4, 50), (50, 4), (0, 50), (50, 0), (0, 0)])
def test_each_figure_needs_five_cases_of_its_kind(yes: int, no: int) -> None:
    truth = np.repeat([True, False], [yes, no])
    figures = measure(truth, np.linspace(0, 1, yes + no), 0.5)
    assert figures.auc is figures.specificity_at_90 is figures.calibration is None
    assert (figures.sensitivity is None) == (yes < 5)
    assert (figures.specificity is None) == (no < 5)


def test_a_share_is_exact_and_says_what_it_rests_on() -> None:
    """With 0 of n the upper end is 1 - 0.025 ** (1 / n)."""
    assert share(8, 10) == Estimate(0.8, 0.4439, 0.9748, 10, few=True)
    assert share(0, 20) == Estimate(0.0, 0.0, round(1 - 0.025 ** (1 / 20), 4), 20, few=False)
    assert share(4, 4) is None


def test_the_roc_by_hand() -> None:
    truth = np.array([True, True, False, True, False, False])
    scores = np.array([6.0, 5.0, 4.0, 3.0, 3.0, 1.0])
    assert roc(truth, scores) == ((0, 0), (0, 0.6667), (0.3333, 0.6667), (0.6667, 1), (1, 1))


@given(st.lists(st.tuples(st.booleans(), st.integers(-5, 5)), max_size=50))
def test_the_area_under_the_roc_is_the_auc(cases: list[tuple[bool, int]]) -> None:
    truth = np.array([True, False, *(one for one, _ in cases)])
    scores = np.array([1.0, -1.0, *(float(score) for _, score in cases)])
    across, up = np.array(roc(truth, scores)).T
    assert np.trapezoid(up, across) == pytest.approx(auc(truth, scores), abs=1e-3)


def test_the_calibration_error_by_hand() -> None:
    """Two bins of ten: 0.2 said and 0.4 found, 0.8 said and 0.7 found."""
    probability = np.repeat([0.2, 0.8], 10)
    truth = np.array([True] * 4 + [False] * 6 + [True] * 7 + [False] * 3)
    fit = calibration(truth, probability)
    assert fit.bins == (Bin(10, 0.2, 0.4), Bin(10, 0.8, 0.7))
    assert fit.error == pytest.approx((0.2 + 0.1) / 2)
    assert fit.brier == pytest.approx((4 * 0.64 + 6 * 0.04 + 7 * 0.04 + 3 * 0.64) / 20)
    # Mean |deviation| of a share of ten at 0.2, binomial: 0.0966; by symmetry at 0.8 too.
    assert fit.error_by_chance == pytest.approx(0.0966, abs=0.01)


@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.12, 0.5, 1.0])), min_size=2, max_size=80)
)
def test_the_order_of_films_does_not_matter(cases: list[tuple[bool, float]]) -> None:
    truth, probability = (np.array(column) for column in zip(*cases, strict=True))
    turned = calibration(truth[::-1], probability[::-1])
    straight = calibration(truth, probability)
    assert [one.films for one in turned.bins] == [one.films for one in straight.bins]
    assert sum(one.films for one in straight.bins) == len(cases)
    assert turned.error == pytest.approx(straight.error, abs=2e-4)  # both are rounded to 4 digits
    assert turned.brier == pytest.approx(straight.brier, abs=2e-4)
