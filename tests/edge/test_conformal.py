"""The bounds keep their rate on new draws of any distribution, ties included."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightbox_edge.conformal import lower_bound, promised, upper_bound


@given(st.lists(st.integers(-3, 3), min_size=2, max_size=6), st.floats(0.01, 0.99))
def test_over_all_orders_of_exchangeable_scores_the_rate_is_kept(scores: list[int], rate: float) -> None:
    """Every order of the scores is as likely: counted out, no more than the promised rate falls outside."""
    orders = list(permutations([float(one) for one in scores]))
    below = above = 0
    for *known, new in orders:
        below += new < lower_bound(np.array(known), rate)
        above += new > upper_bound(np.array(known), rate)
    allowed = promised(len(scores) - 1, rate) + 1e-8
    assert Fraction(below, len(orders)) <= allowed
    assert Fraction(above, len(orders)) <= allowed


@pytest.mark.parametrize("cases", [19, 60, 200])
def test_the_mean_rate_over_many_calibrations_is_the_exact_one(cases: int) -> None:
    """For continuous scores the share below the k-th smallest is Beta(k, n + 1 - k), mean k / (n + 1)."""
    chance = np.random.default_rng(cases)
    rates = [lower_bound(chance.random(cases), 0.05) for _ in range(4000)]  # below x lies a share of x
    exact = np.floor(0.05 * (cases + 1)) / (cases + 1)
    assert np.mean(rates) == pytest.approx(exact, abs=4 * np.std(rates) / np.sqrt(len(rates)))
    assert np.mean(rates) <= 0.05 + 0.002


def test_bounds_by_hand() -> None:
    scores = np.arange(1.0, 20.0)  # 19 scores: a twentieth of 20 places is the first
    assert lower_bound(scores, 0.05) == 1
    assert lower_bound(scores, 0.1) == 2
    assert lower_bound(scores, 0.149) == 2
    assert upper_bound(scores, 0.05) == 19
    assert upper_bound(scores, 0.5) == 10
    assert lower_bound(scores, 1.0) == 19


def test_too_few_cases_reach_to_the_lowest_and_promise_what_that_gives() -> None:
    scores = np.array([5.0, 3.0, 4.0])
    assert lower_bound(scores, 0.05) == 3
    assert upper_bound(scores, 0.05) == 5
    assert promised(3, 0.05) == 0.25
    assert promised(18, 0.05) == pytest.approx(1 / 19)
    assert promised(19, 0.05) == 0.05
