"""Figures for a bundle's manifest: AUC with its interval, Platt calibration, operating points.

numpy only, so that a clinic's laptop can measure a bundle as the workstation that made it did.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.conformal import lower_bound, promised, upper_bound
from lightbox_edge.manifest import OperatingPoint, Target
from lightbox_edge.scoring import sigmoid

Numbers = NDArray[np.float64]
Truth = NDArray[np.bool_]

FLATTEST = 1e-3  # the least slope: a score that is turned over, or says nothing, gets it


def auc(truth: Truth, scores: Numbers) -> float:
    """Area under the ROC curve as the Mann-Whitney statistic, ties counted half; both (N,)."""
    if truth.all() or not truth.any():
        raise ValueError("an AUC needs positives and negatives")
    order = np.sort(scores)
    ranks = (np.searchsorted(order, scores, "left") + np.searchsorted(order, scores, "right") + 1) / 2
    positives = int(truth.sum())
    above = ranks[truth].sum() - positives * (positives + 1) / 2
    return float(above / (positives * (len(truth) - positives)))


def auc_interval(truth: Truth, scores: Numbers, draws: int = 2000, seed: int = 0) -> tuple[float, float]:
    """95 % percentile bootstrap interval of the AUC, positives and negatives drawn apart."""
    chance = np.random.default_rng(seed)
    yes, no = scores[truth], scores[~truth]
    drawn_truth = np.repeat([True, False], [len(yes), len(no)])
    figures = [
        auc(drawn_truth, np.concatenate([chance.choice(yes, len(yes)), chance.choice(no, len(no))]))
        for _ in range(draws)
    ]
    low, high = np.quantile(figures, [0.025, 0.975])
    return float(low), float(high)


def auc_lost_interval(
    truth: Truth, before: Numbers, after: Numbers, draws: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """95 % percentile bootstrap interval of how much less AUC ``after`` has; both score the same N films."""
    chance = np.random.default_rng(seed)
    yes, no = np.flatnonzero(truth), np.flatnonzero(~truth)
    drawn_truth = np.repeat([True, False], [len(yes), len(no)])
    lost = []
    for _ in range(draws):
        films = np.concatenate([chance.choice(yes, len(yes)), chance.choice(no, len(no))])
        lost.append(auc(drawn_truth, before[films]) - auc(drawn_truth, after[films]))
    low, high = np.quantile(lost, [0.025, 0.975])
    return float(low), float(high)


def fit_platt(truth: Truth, log_odds: Numbers) -> tuple[float, float]:
    """Slope and intercept of Platt scaling (1999), with his smoothed targets, by Newton's method.

    The slope is kept positive: a score that orders the calibration cases the wrong way round becomes
    nearly flat instead of being turned over.
    """
    positives = int(truth.sum())
    target = np.where(truth, (positives + 1) / (positives + 2), 1 / (len(truth) - positives + 2))
    design = np.stack([log_odds, np.ones_like(log_odds)], axis=1)

    def loss(weights: Numbers) -> float:
        logits = design @ weights
        return float((np.logaddexp(0, logits) - target * logits).sum())

    weights = np.zeros(2)
    for _ in range(100):
        probability = sigmoid(design @ weights)
        gradient = design.T @ (probability - target)
        curvature = (design * (probability * (1 - probability))[:, np.newaxis]).T @ design
        step = np.linalg.solve(curvature + 1e-9 * np.trace(curvature) * np.eye(2), gradient)
        # A whole step overshoots where most cases are far from the border: halve it until it gains.
        before = loss(weights)
        while np.abs(step).max() > 1e-10 and loss(weights - step) > before:
            step /= 2
        if np.abs(step).max() <= 1e-10:
            break
        weights = weights - step
    return max(float(weights[0]), FLATTEST), float(weights[1])


def sensitivity_and_specificity(truth: Truth, probability: Numbers, threshold: float) -> tuple[float, float]:
    """Shares of positives at or above, and of negatives below, the threshold."""
    flagged = probability >= threshold
    return float(flagged[truth].mean()), float(1 - flagged[~truth].mean())


def operating_point(truth: Truth, log_odds: Numbers, target: Target) -> OperatingPoint:
    """Calibrate one finding and set its threshold on calibration cases, see `bounds`; both (N,)."""
    slope, intercept = fit_platt(truth, log_odds)
    probability = sigmoid(slope * log_odds + intercept)
    threshold, uncertain_from = (min(bound, 1.0) for bound in bounds(truth, probability, target))
    reached = sensitivity_and_specificity(truth, probability, threshold)
    sensitive = target.measure == "sensitivity"
    miss_rate = promised(int(truth.sum()), round((1 - target.value) / 2, 9)) if sensitive else None
    return OperatingPoint(slope, intercept, threshold, uncertain_from, target, *reached, miss_rate)


def bounds(truth: Truth, scores: Numbers, target: Target) -> tuple[float, float]:
    """The threshold, and where uncertainty begins, on any scale that keeps the order of the scores, (N,).

    The target holds for new films of the same kind, see `lightbox_edge.conformal`. For a sensitivity the
    threshold is the highest that keeps it, and a band of uncertainty goes from there down to where half of
    the misses are left, or to the lowest case with the finding where the cases are too few for that. For a
    specificity the threshold is the lowest that keeps it and there is no band: a film below it is not said
    to be free of the finding.
    """
    allowed = 1 - target.value
    if target.measure == "sensitivity":
        return lower_bound(scores[truth], allowed), lower_bound(scores[truth], allowed / 2)
    threshold = float(np.nextafter(upper_bound(scores[~truth], allowed), np.inf))
    return threshold, threshold


def missed(truth: Truth, probability: Numbers, point: OperatingPoint) -> int:
    """How many of the positives are neither flagged nor uncertain; both (N,)."""
    return int((probability[truth] < point.uncertain_from).sum())
