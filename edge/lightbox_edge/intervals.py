"""Intervals of shares, and of sums of shares: how far a figure of few cases can be trusted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

_DEVIATIONS = 1.959964  # of the normal distribution, on either side of which 2.5 % lie


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


def share(count: int, of: int) -> Figure:
    """A share with Wilson's interval (1927), which keeps its word with few cases too (Brown et al., 2001)."""
    value, square = count / of, _DEVIATIONS**2
    middle = (value + square / (2 * of)) / (1 + square / of)
    reach = _DEVIATIONS * math.sqrt(value * (1 - value) / of + square / (4 * of * of)) / (1 + square / of)
    return Figure(value, max(0.0, middle - reach), min(1.0, middle + reach))


def weighted(parts: Sequence[tuple[float, Figure]]) -> Figure:
    """A weighted sum of independent figures; its interval from theirs (MOVER, Donner and Zou, 2012)."""
    value = sum(weight * one.value for weight, one in parts)
    below = math.sqrt(sum((weight * (one.value - one.low)) ** 2 for weight, one in parts))
    above = math.sqrt(sum((weight * (one.high - one.value)) ** 2 for weight, one in parts))
    return Figure(value, value - below, value + above)
