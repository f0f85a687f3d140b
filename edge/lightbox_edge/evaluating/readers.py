"""Several readers of the same films: what they agree on, and how well the bundle does by each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import msgspec
import numpy as np

from lightbox_edge.cases import Case, answer
from lightbox_edge.evaluating.figures import Estimate, estimate
from lightbox_edge.intervals import Figure
from lightbox_edge.measuring import Numbers
from lightbox_edge.proving import FEWEST


class Agreement(msgspec.Struct, frozen=True):
    """Two readers' answers on the films that both answered for, counted, and Cohen's kappa (1960)."""

    readers: tuple[str, str]
    both_present: int
    only_first: int
    only_second: int
    both_absent: int
    kappa: Estimate | None


def readers_of(cases: Sequence[Case]) -> list[str]:
    """Everyone who read a film, in order; nobody where no film has two readers."""
    if all(len(case.readings) < 2 for case in cases):
        return []
    return sorted({reader for case in cases for reader in case.readings})


def agreements(cases: Sequence[Case], finding: str, readers: Sequence[str]) -> tuple[Agreement, ...]:
    """Each two readers who answered for the same film, over all films, judged or not."""
    found = []
    for first, second in combinations(readers, 2):
        pairs = [(answer(case, finding, first), answer(case, finding, second)) for case in cases]
        both, one, other, neither = (
            pairs.count(pair) for pair in ((True, True), (True, False), (False, True), (False, False))
        )
        if both + one + other + neither:
            counts = np.array([both, one, other, neither], np.float64)
            found.append(Agreement((first, second), both, one, other, neither, _kappa(counts)))
    return tuple(found)


def _kappa(counts: Numbers, draws: int = 2000, seed: int = 0) -> Estimate | None:
    """Cohen's kappa with a percentile bootstrap interval, the films drawn.

    None for too few films, and where both gave one and the same answer to all: then it is not defined.
    """
    films = int(counts.sum())
    value = float(kappa(counts[np.newaxis])[0])
    if films < FEWEST or np.isnan(value):
        return None
    drawn = kappa(np.random.default_rng(seed).multinomial(films, counts / films, draws).astype(np.float64))
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return estimate(Figure(value, float(low), float(high)), films)


def kappa(counts: Numbers) -> Numbers:
    """Cohen's kappa of tables (N, 4): both present, only first, only second, both absent.

    NaN where it is not defined.
    """
    both, first, second, neither = counts.T
    films = both + first + second + neither
    seen = (both + neither) / films
    expected = ((both + first) * (both + second) + (neither + first) * (neither + second)) / films**2
    with np.errstate(invalid="ignore", divide="ignore"):
        result: Numbers = (seen - expected) / (1 - expected)
    return result
