"""Bounds that keep a stated error rate on new films of the same kind, however the scores are distributed.

Split conformal prediction (Vovk, Gammerman and Shafer, 2005; Angelopoulos and Bates, 2021), for films with a
finding and films without it apart (class-conditional or Mondrian: Vovk, 2012; Sadinle, Lei and Wasserman,
2019): of n + 1 exchangeable scores the last is below the k-th smallest of the others with a probability of at
most k / (n + 1). A calibration that keeps the order of the scores, as Platt's does, may be fitted to the same
cases and changes nothing about it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def promised(cases: int, rate: float) -> float:
    """The error rate that so many cases can promise: ``rate``, or 1 / (n + 1) where they are too few."""
    return max(rate, 1 / (cases + 1))


def lower_bound(scores: Numbers, rate: float) -> float:
    """The highest of the scores, (N,), below which a new one falls with a probability of at most ``rate``.

    That is the ``floor(rate * (N + 1))``-th smallest; the smallest where that is none, and then the
    probability is `promised`.
    """
    place = int(np.floor(rate * (len(scores) + 1) + 1e-9))
    return float(np.sort(scores)[min(max(place, 1), len(scores)) - 1])


def upper_bound(scores: Numbers, rate: float) -> float:
    """The lowest of the scores, (N,), above which a new one lies with a probability of at most ``rate``."""
    return -lower_bound(-scores, rate)
