"""Intervals against published and counted figures."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightbox_edge.intervals import Figure, share, weighted


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (0, 20, 0.0, 0.1684), (1, 29, 0.0009, 0.1776)],
)
def test_the_interval_is_that_of_newcombe_1998(count: int, of: int, low: float, high: float) -> None:
    """Table I of R. G. Newcombe, Statistics in Medicine 17, method 5."""
    figure = share(count, of)
    assert (figure.low, figure.high) == pytest.approx((low, high), abs=5e-5)
    assert figure.value == count / of


@pytest.mark.parametrize("of", [20, 100])
def test_the_interval_holds_the_truth_at_least_as_often_as_it_says(of: int) -> None:
    """Coverage over true shares from 5 to 95 %, counted out: never below 95 %, and little above."""
    intervals = [share(count, of) for count in range(of + 1)]
    covered = [
        sum(
            math.comb(of, count) * true**count * (1 - true) ** (of - count)
            for count, one in enumerate(intervals)
            if one.low <= true <= one.high
        )
        for true in (place / 100 for place in range(5, 96))
    ]
    assert min(covered) >= 0.95
    assert sum(covered) / len(covered) < 0.98


@given(st.integers(1, 400).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_a_share_lies_in_its_interval_and_that_between_0_and_1(drawn: tuple[int, int]) -> None:
    figure = share(*drawn)
    assert 0 <= figure.low <= figure.value + 1e-12
    assert figure.value - 1e-12 <= figure.high <= 1


def test_a_weighted_sum_by_hand() -> None:
    one, other = Figure(0.5, 0.2, 0.6), Figure(0.1, 0.0, 0.4)
    assert weighted([(10, one)]) == Figure(5.0, 2.0, 6.0)
    both = weighted([(10, one), (10, other)])
    assert both.value == pytest.approx(6)
    assert both.low == pytest.approx(6 - math.hypot(3, 1))
    assert both.high == pytest.approx(6 + math.hypot(1, 3))
