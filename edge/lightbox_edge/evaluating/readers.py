"""Several readers of the same films: what they agree on, and how well the bundle does by each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import msgspec
import numpy as np

from lightbox_edge.evaluating.cases import Case
from lightbox_edge.evaluating.figures import FEW, Estimate
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


def answer(case: Case, finding: str, reader: str) -> bool | None:
    """What one reader says; None where he says nothing."""
    return case.readings[reader][finding] if reader in case.readings else None


def agreed(case: Case, finding: str) -> bool | None:
    """What all say who say something; None where they differ or nobody does."""
    answers = {answer(case, finding, reader) for reader in case.readings} - {None}
    return answers.pop() if len(answers) == 1 else None


def is_disputed(case: Case, finding: str) -> bool:
    """Whether one reader says that it is there and another that it is not."""
    return len({answer(case, finding, reader) for reader in case.readings} - {None}) == 2


def consensus(case: Case, finding: str) -> bool | None:
    """What two or more readers say as one; None otherwise."""
    said = [one for reader in case.readings if (one := answer(case, finding, reader)) is not None]
    return said[0] if len(said) > 1 and len(set(said)) == 1 else None


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
    return Estimate(round(value, 4), round(float(low), 4), round(float(high), 4), films, films < FEW)


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
