"""What a calibration changes for a site: sensitivity, specificity, films to look at a day, misses.

The new points are measured by leaving one film out: each film is judged by the bounds that all the others
set, so no film speaks for itself. The old points knew none of the films.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.calibrating import JudgedCases
from lightbox_edge.intervals import Figure, share, weighted
from lightbox_edge.manifest import OperatingPoint
from lightbox_edge.measuring import Numbers, Truth, bounds
from lightbox_edge.scoring import sigmoid

Levels = NDArray[np.int8]  # (N,): 2 flagged, 1 uncertain, 0 neither


@dataclass(frozen=True, slots=True)
class Measured:
    """What one set of points does; ``threshold`` is None for all findings together.

    ``flagged`` and ``uncertain`` are films a day, ``missed`` is of 100 films with the finding, or with any,
    those that are neither. None where the cases to measure on are not there.
    """

    threshold: float | None
    sensitivity: Figure | None
    specificity: Figure | None
    flagged: Figure
    uncertain: Figure
    missed: Figure | None


@dataclass(frozen=True, slots=True)
class Effect:
    """What changes for one finding, or for all together; counts are of films with and without it."""

    finding: str
    positives: int
    negatives: int
    before: Measured
    after: Measured


def effects(
    cases: JudgedCases,
    before: Mapping[str, OperatingPoint],
    after: Mapping[str, OperatingPoint],
    films_a_day: float,
    share_ill: float | None,
) -> tuple[list[Effect], Effect, float]:
    """Measure the change on the cases.

    Args:
        cases: the films that calibrated.
        before: the points of all findings so far.
        after: those of the findings that were calibrated.
        films_a_day: how many films are screened a day.
        share_ill: the share of them with any finding; None takes it from the cases.

    Returns:
        The effect on each finding that was calibrated, on all together, and the share of ill films used.
    """
    ill = np.any([cases.truth[name] & cases.known[name] for name in before], axis=0)
    some = np.any([cases.known[name] for name in before], axis=0)
    day = _Day(
        films_a_day, float(ill[some].mean()) if share_ill is None else share_ill, ill & some, ~ill & some
    )
    old = {name: _levels(cases.log_odds[name], point) for name, point in before.items()}
    new = {**old, **{name: _left_out(cases, name, point) for name, point in after.items()}}
    each = [
        Effect(
            name,
            int((cases.truth[name] & cases.known[name]).sum()),
            int((~cases.truth[name] & cases.known[name]).sum()),
            _measured(old[name], cases.truth[name], cases.known[name], day, before[name].threshold),
            _measured(new[name], cases.truth[name], cases.known[name], day, point.threshold),
        )
        for name, point in after.items()
    ]
    whole = (np.max([*levels.values()], axis=0) for levels in (old, new))
    in_all = Effect(
        "all findings together",
        int(day.ill.sum()),
        int(day.well.sum()),
        *(_measured(levels, ill, some, day, None) for levels in whole),
    )
    return each, in_all, day.share_ill


@dataclass(frozen=True, slots=True)
class _Day:
    """A day's films, and which of the cases, (N,), are like its ill films and its healthy ones."""

    films: float
    share_ill: float
    ill: Truth
    well: Truth

    def films_where(self, chosen: Truth) -> Figure:
        """How many of a day's films are so, if they are so as often as the cases."""
        strata = ((self.share_ill, self.ill), (1 - self.share_ill, self.well))
        return weighted(
            [
                (self.films * weight, share(int((chosen & part).sum()), int(part.sum())))
                for weight, part in strata
                if part.any()
            ]
        )


def _measured(levels: Levels, truth: Truth, known: Truth, day: _Day, threshold: float | None) -> Measured:
    yes, no = levels[truth & known], levels[~truth & known]
    missed = share(int((yes == 0).sum()), len(yes)) if len(yes) else None
    return Measured(
        threshold,
        share(int((yes == 2).sum()), len(yes)) if len(yes) else None,
        share(int((no < 2).sum()), len(no)) if len(no) else None,
        day.films_where(levels == 2),
        day.films_where(levels == 1),
        weighted([(100.0, missed)]) if missed else None,
    )


def _levels(log_odds: Numbers, point: OperatingPoint) -> Levels:
    probability = sigmoid(point.slope * log_odds + point.intercept)
    return _sorted_by(probability, point.threshold, point.uncertain_from)


def _left_out(cases: JudgedCases, name: str, point: OperatingPoint) -> Levels:
    """Each film's level by the bounds of the others; a film of which nothing is known by the point itself."""
    log_odds, known = cases.log_odds[name], cases.known[name]
    levels = _levels(log_odds, point)
    if point.set_for is None:
        return levels
    for place in np.flatnonzero(known):
        others = known.copy()
        others[place] = False
        threshold, uncertain_from = bounds(cases.truth[name][others], log_odds[others], point.set_for)
        levels[place] = _sorted_by(log_odds[place], threshold, uncertain_from)
    return levels


def _sorted_by(scores: Numbers, threshold: float, uncertain_from: float) -> Levels:
    return np.where(scores >= threshold, 2, np.where(scores >= uncertain_from, 1, 0)).astype(np.int8)
