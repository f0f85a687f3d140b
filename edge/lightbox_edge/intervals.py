"""Intervals of shares, and of sums of shares: how far a figure of few cases can be trusted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import msgspec
import numpy as np

FEW = 20  # cases under which a figure says little
_OUTSIDE = 0.025  # the probability of what lies beyond either end
_HALVINGS = 50


class Figure(msgspec.Struct, frozen=True):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


@lru_cache(maxsize=4096)  # the same few counts come again and again
def share(count: int, of: int) -> Figure:
    """A share with the exact interval of Clopper and Pearson (1934).

    It holds the truth at least as often as it says, also where the threshold behind the share was set on the
    same cases, each of them left out: the misses of such a threshold spread as this interval's ends do.
    """
    low = _where_at_least(count, of) if count else 0.0
    high = 1 - _where_at_least(of - count, of) if count < of else 1.0
    return Figure(count / of, low, high)


def _where_at_least(count: int, of: int) -> float:
    """The share at which so many or more of the cases are just improbable, by halving."""
    places = np.arange(count, of + 1)
    ways = np.array([math.lgamma(of + 1) - math.lgamma(k + 1) - math.lgamma(of - k + 1) for k in places])
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        logs = ways + places * math.log(middle) + (of - places) * math.log1p(-middle)
        if np.exp(logs).sum() < _OUTSIDE:
            low = middle
        else:
            high = middle
    return low


def weighted(parts: Sequence[tuple[float, Figure]]) -> Figure:
    """A weighted sum of independent figures; its interval from theirs (MOVER, Donner and Zou, 2012)."""
    value = sum(weight * one.value for weight, one in parts)
    below = math.sqrt(sum((weight * (one.value - one.low)) ** 2 for weight, one in parts))
    above = math.sqrt(sum((weight * (one.high - one.value)) ** 2 for weight, one in parts))
    return Figure(value, value - below, value + above)
