"""A clinic's confirmed cases to operating points of its own, judged by the very way that screening takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lightbox_edge.bundle import Bundle
from lightbox_edge.case_outcomes import Load, outcomes_of
from lightbox_edge.cases import Case, Cases, agreed
from lightbox_edge.errors import LightboxError
from lightbox_edge.judging import Model
from lightbox_edge.manifest import OperatingPoint, Precision, Target
from lightbox_edge.measuring import FLATTEST, Numbers, Truth, auc, auc_interval, fit_platt, operating_point
from lightbox_edge.site_calibration import with_points

FEWEST_CASES = 10  # with a finding, and without it, under which it keeps the calibration it has

# At this point a probability is the log-odds themselves, behind a sigmoid.
_AS_IT_IS = OperatingPoint(1.0, 0.0, 0.5, 0.5)


@dataclass(frozen=True, slots=True)
class JudgedCases:
    """N films that were judged, at one precision: each finding's log-odds, (N,), and what is known of it.

    ``truth`` and ``known`` are (N,) bool; what readers dispute is not known. ``not_judged`` are the other
    films, with the reason; ``unreadable`` is how many of them could not be read.
    """

    precision: Precision
    films: int
    log_odds: Mapping[str, Numbers]
    truth: Mapping[str, Truth]
    known: Mapping[str, Truth]
    not_judged: Mapping[str, str]
    unreadable: int = 0


def to_calibrate_on(cases: Cases) -> tuple[Case, ...]:
    """The films of part calibration; where the table has none, all but those that taught.

    Raises:
        LightboxError: there are none.
    """
    parts = [case.part.casefold() for case in cases.cases]
    wanted = {"calibration"} if "calibration" in parts else {*parts} - {"train"}
    chosen = tuple(case for case, part in zip(cases.cases, parts, strict=True) if part in wanted)
    if not chosen:
        raise LightboxError(f"{cases.table} names no film to calibrate on: films of part train are left out.")
    return chosen


def uncalibrated(bundle: Bundle) -> Bundle:
    """The bundle with points whose probabilities are the log-odds before calibration, behind a sigmoid."""
    points = {finding.name: _AS_IT_IS for finding in bundle.manifest.findings}
    return with_points(bundle, dict.fromkeys(bundle.manifest.ladder, points))


def judge_cases(model: Model, cases: Sequence[Case], load: Load) -> JudgedCases:
    """Judge films, loaded by ``load``, with a model of an `uncalibrated` bundle.

    Raises:
        LightboxError: no film was judged.
    """
    outcomes = list(zip(cases, outcomes_of(cases, model, load), strict=True))
    judged = [(case, one) for case, one in outcomes if one.status == "judged"]
    if not judged:
        raise LightboxError("None of the labelled films could be judged: name frontal chest X-rays.")
    names = [criterion.name for criterion in model.criteria]
    probability = np.array([[score.probability for score in one.findings] for _, one in judged])
    probability = probability.clip(1e-15, 1 - 1e-15)
    log_odds = np.log(probability) - np.log1p(-probability)
    truths = [[agreed(case, name) for case, _ in judged] for name in names]
    return JudgedCases(
        model.choice.precision,
        len(judged),
        {name: log_odds[:, place] for place, name in enumerate(names)},
        {name: np.array([bool(one) for one in each]) for name, each in zip(names, truths, strict=True)},
        {name: np.array([one is not None for one in each]) for name, each in zip(names, truths, strict=True)},
        {case.name: " ".join(one.reasons) for case, one in outcomes if one.status != "judged"},
        sum(one.status == "unreadable" for _, one in outcomes),
    )


def calibrate(
    cases: JudgedCases, before: Mapping[str, OperatingPoint], sensitivity: float | None
) -> tuple[dict[str, OperatingPoint], dict[str, str]]:
    """Operating points from the cases, and for the other findings why they stay as they were.

    Args:
        cases: what is known of the site's films.
        before: the points in use, whose targets are kept.
        sensitivity: what every threshold shall reach instead of its own target.
    """
    points, left = {}, {}
    for name, point in before.items():
        known = cases.known[name]
        truth, log_odds = cases.truth[name][known], cases.log_odds[name][known]
        target = Target("sensitivity", sensitivity) if sensitivity is not None else point.set_for
        if why := _objection(truth, log_odds):
            left[name] = why
        elif target is None:
            left[name] = "its threshold was set by hand and has no target: name one with --sensitivity"
        else:
            points[name] = operating_point(truth, log_odds, target)
    return points, left


def _objection(truth: Truth, log_odds: Numbers) -> str | None:
    """Why a finding cannot be calibrated on these cases."""
    positives, negatives = int(truth.sum()), int((~truth).sum())
    if min(positives, negatives) < FEWEST_CASES:
        return f"films with it: {positives}, without it: {negatives}; {FEWEST_CASES} of each are needed"
    if fit_platt(truth, log_odds)[0] <= FLATTEST:
        low, high = auc_interval(truth, log_odds)
        return (
            f"its score does not work on these films (AUC {auc(truth, log_odds):.2f}, {low:.2f} to "
            f"{high:.2f}): films with it score no higher than films without, so do not rely on it here"
        )
    return None
