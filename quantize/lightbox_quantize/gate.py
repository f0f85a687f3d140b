"""The gate: what a precision costs against fp32, and how much it may; what costs more is not written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lightbox_edge.labels import LabelledFilm
from lightbox_edge.manifest import Cost, OperatingPoint, Result
from lightbox_edge.measuring import Numbers, Truth
from lightbox_edge.scoring import Features, sigmoid

MIN_CASES = 20  # with, and without a finding, under which its losses say nothing and decide nothing


@dataclass(frozen=True, slots=True)
class Limits:
    """What a precision may cost at most; a cosine, an agreement and an IoU are the least."""

    cosine: float = 0.99
    text_cosine: float = 0.98
    auc_lost: float = 0.005
    sensitivity_lost: float = 0.05
    triage_agreement: float = 0.95
    mask_iou: float = 0.97


@dataclass(frozen=True, slots=True)
class FindingLoss:
    """What one finding lost on one test set; sensitivity at fp32's threshold, kept fixed."""

    finding: str
    dataset: str
    auc_lost: float
    sensitivity_lost: float


def finding_losses(
    films: Sequence[LabelledFilm],
    fp32: Mapping[str, Numbers],
    other: Mapping[str, Numbers],
    points: Mapping[str, OperatingPoint],
    results: tuple[Sequence[Result], Sequence[Result]],
) -> list[FindingLoss]:
    """The losses that rest on enough cases.

    Args:
        films: the N test films.
        fp32: each finding's log-odds, (N,), at fp32.
        other: the same at the precision in question.
        points: fp32's operating points.
        results: those of fp32 and of the other.
    """
    before = {(one.finding, one.dataset): one.auc for one in results[0]}
    losses = []
    for one in results[1]:
        key = (one.finding, one.dataset)
        if key not in before or min(one.positives, one.negatives) < MIN_CASES:
            continue
        point = points[one.finding]
        ill = _positives(films, one)
        lost = (
            _flagged(fp32[one.finding], point)[ill].mean() - _flagged(other[one.finding], point)[ill].mean()
        )
        losses.append(FindingLoss(*key, before[key] - one.auc, float(lost)))
    return losses


def cost(
    fp32_features: Features,
    features: Features,
    log_odds: tuple[Mapping[str, Numbers], Mapping[str, Numbers]],
    points: Mapping[str, OperatingPoint],
    losses: Sequence[FindingLoss] | None,
) -> Cost:
    """Sum up what a precision cost on N test films, features (N, dimensions) and log-odds of both."""
    cosine = float((fp32_features * features).sum(axis=1).mean())
    same = _triages(log_odds[0], points) == _triages(log_odds[1], points)
    return Cost(
        films=len(features),
        cosine=cosine,
        triage_agreement=float(same.mean()),
        auc_lost=max((one.auc_lost for one in losses), default=None) if losses else None,
        sensitivity_lost=max((one.sensitivity_lost for one in losses), default=None) if losses else None,
    )


def objections(made: Cost, limits: Limits) -> list[str]:
    """Why a precision does not pass, in words; none if it does. Figures that are no numbers do not pass.

    Agreement of triage decides only where no film is labelled: labels say more.
    """
    found = []
    if not made.cosine >= limits.cosine:
        found.append(f"cosine of image_features {made.cosine:.4f}, at least {limits.cosine:g} is needed")
    if made.auc_lost is None:
        if not made.triage_agreement >= limits.triage_agreement:
            found.append(
                f"the same triage on {made.triage_agreement:.1%} of the films, "
                f"at least {limits.triage_agreement:.1%} is needed"
            )
        return found
    if not made.auc_lost <= limits.auc_lost:
        found.append(f"AUC lost {made.auc_lost:.4f}, at most {limits.auc_lost:g} is allowed")
    if made.sensitivity_lost is None or not made.sensitivity_lost <= limits.sensitivity_lost:
        found.append(
            f"sensitivity lost {made.sensitivity_lost:.3f}, at most {limits.sensitivity_lost:g} is allowed"
        )
    return found


def _positives(films: Sequence[LabelledFilm], result: Result) -> Truth:
    """Which films a result's sensitivity rests on; a result may pool datasets."""
    pooled = result.dataset.removesuffix(" test").split(" + ")
    return np.array([bool(film.truths[result.finding]) and film.dataset in pooled for film in films])


def _flagged(log_odds: Numbers, point: OperatingPoint) -> Truth:
    flagged: Truth = sigmoid(point.slope * log_odds + point.intercept) >= point.threshold
    return flagged


def _triages(log_odds: Mapping[str, Numbers], points: Mapping[str, OperatingPoint]) -> Numbers:
    """2 where any finding flags a film, 1 where any is uncertain, 0 elsewhere, as `scoring.triage` sorts."""
    levels = []
    for name, point in points.items():
        probability = sigmoid(point.slope * log_odds[name] + point.intercept)
        levels.append(
            np.where(probability >= point.threshold, 2.0, np.where(probability >= point.uncertain_from, 1, 0))
        )
    highest: Numbers = np.max(levels, axis=0)
    return highest
