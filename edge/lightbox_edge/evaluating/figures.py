"""The figures of one finding on some films, each with its interval and the cases that it rests on.

numpy only. A figure that rests on fewer than `FEWEST` cases is None: too few to say. One that rests on
fewer than `FEW` is marked so by ``few``.
"""

from __future__ import annotations

from math import floor

import msgspec
import numpy as np

from lightbox_edge.evaluating.calibration import CalibrationFigures, calibration
from lightbox_edge.intervals import FEW, Figure
from lightbox_edge.intervals import share as share_of
from lightbox_edge.measuring import Numbers, Truth, auc, auc_interval
from lightbox_edge.proving import FEWEST

SENSITIVITY_ASKED = 0.9  # what the WHO asks of a reader of chest films for tuberculosis


class Estimate(Figure, frozen=True):
    """A figure to show; it rests on ``cases``, of the fewer kind where it needs both."""

    cases: int
    few: bool


class Figures(msgspec.Struct, frozen=True):
    """Figures over judged films; ``threshold`` is the one in use.

    ``specificity_at_90`` is the specificity where the threshold is moved, on these very films, to the
    highest with a sensitivity of 90 %.
    """

    positives: int
    negatives: int
    auc: Estimate | None
    sensitivity: Estimate | None
    specificity: Estimate | None
    specificity_at_90: Estimate | None
    calibration: CalibrationFigures | None


def measure(truth: Truth, probability: Numbers, threshold: float) -> Figures:
    """Measure one finding; both (N,)."""
    flagged = probability >= threshold
    yes, no = int(truth.sum()), int((~truth).sum())
    cases = min(yes, no)
    enough = cases >= FEWEST
    return Figures(
        yes,
        no,
        auc_estimate(truth, probability),
        share(int(flagged[truth].sum()), yes),
        share(int((~flagged[~truth]).sum()), no),
        _specificity_at_90(truth, probability) if enough else None,
        calibration(truth, probability) if enough else None,
    )


def auc_estimate(truth: Truth, probability: Numbers) -> Estimate | None:
    """The AUC, both (N,); None for too few of either kind."""
    cases = int(min(truth.sum(), (~truth).sum()))
    if cases < FEWEST:
        return None
    return estimate(Figure(auc(truth, probability), *auc_interval(truth, probability)), cases)


def share(count: int, of: int) -> Estimate | None:
    """A share with its exact interval, see `lightbox_edge.intervals`."""
    return estimate(share_of(count, of), of) if of >= FEWEST else None


def _specificity_at_90(truth: Truth, probability: Numbers, draws: int = 2000, seed: int = 0) -> Estimate:
    """With a percentile bootstrap interval, positives and negatives drawn apart."""
    chance = np.random.default_rng(seed)
    yes, no = probability[truth], probability[~truth]

    def specificity(positives: Numbers, negatives: Numbers) -> float:
        missed = floor((1 - SENSITIVITY_ASKED) * len(positives) + 1e-9)
        return float((negatives < np.partition(positives, missed)[missed]).mean())

    drawn = [specificity(chance.choice(yes, len(yes)), chance.choice(no, len(no))) for _ in range(draws)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return estimate(Figure(specificity(yes, no), float(low), float(high)), min(len(yes), len(no)))


def roc(truth: Truth, scores: Numbers) -> tuple[tuple[float, float], ...]:
    """Corners of the ROC curve, (1 - specificity, sensitivity), from (0, 0) to (1, 1); both (N,)."""
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(order) - 1)  # ties are one step
    up = np.append(0, np.cumsum(truth[order])[ends])
    across = np.append(0, np.cumsum(~truth[order])[ends])
    turns = np.diff(up)[:-1] * np.diff(across)[1:] != np.diff(up)[1:] * np.diff(across)[:-1]
    kept = np.concatenate([[True], turns, [True]])
    points = zip(across[kept] / across[-1], up[kept] / up[-1], strict=True)
    return tuple((round(float(x), 4), round(float(y), 4)) for x, y in points)


def estimate(figure: Figure, cases: int) -> Estimate:
    """Round a figure and say what it rests on."""
    return Estimate(round(figure.value, 4), round(figure.low, 4), round(figure.high, 4), cases, cases < FEW)
