"""The figures of one finding on some films, each with its interval and the cases that it rests on.

numpy only. A figure that rests on fewer than `FEWEST` cases is None: too few to say. One that rests on
fewer than `FEW` is marked so by ``few``.
"""

from __future__ import annotations

from math import floor, sqrt

import msgspec
import numpy as np

from lightbox_edge.evaluating.calibration import CalibrationFigures, calibration
from lightbox_edge.measuring import Numbers, Truth, auc, auc_interval
from lightbox_edge.proving import FEWEST

FEW = 20
SENSITIVITY_ASKED = 0.9  # what the WHO asks of a reader of chest films for tuberculosis
Z = 1.959963984540054  # of a 95 % interval


class Estimate(msgspec.Struct, frozen=True):
    """A figure with its 95 % interval; it rests on ``cases``, of the fewer kind where it needs both."""

    value: float
    low: float
    high: float
    cases: int
    few: bool


class Figures(msgspec.Struct, frozen=True):
    """Figures over judged films; ``threshold`` is that of the bundle.

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
        _estimate(auc(truth, probability), auc_interval(truth, probability), cases) if enough else None,
        share(int(flagged[truth].sum()), yes),
        share(int((~flagged[~truth]).sum()), no),
        _specificity_at_90(truth, probability) if enough else None,
        calibration(truth, probability) if enough else None,
    )


def share(count: int, of: int) -> Estimate | None:
    """A share with its interval after Wilson (1927), which holds for few cases and near 0 and 1."""
    if of < FEWEST:
        return None
    middle = (count + Z * Z / 2) / (of + Z * Z)
    reach = Z / (of + Z * Z) * sqrt(count * (of - count) / of + Z * Z / 4)
    return _estimate(count / of, (max(0.0, middle - reach), min(1.0, middle + reach)), of)


def _specificity_at_90(truth: Truth, probability: Numbers, draws: int = 2000, seed: int = 0) -> Estimate:
    """With a percentile bootstrap interval, positives and negatives drawn apart."""
    chance = np.random.default_rng(seed)
    yes, no = probability[truth], probability[~truth]

    def specificity(positives: Numbers, negatives: Numbers) -> float:
        missed = floor((1 - SENSITIVITY_ASKED) * len(positives) + 1e-9)
        return float((negatives < np.partition(positives, missed)[missed]).mean())

    drawn = [specificity(chance.choice(yes, len(yes)), chance.choice(no, len(no))) for _ in range(draws)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return _estimate(specificity(yes, no), (float(low), float(high)), min(len(yes), len(no)))


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


def _estimate(value: float, interval: tuple[float, float], cases: int) -> Estimate:
    low, high = interval
    return Estimate(round(value, 4), round(low, 4), round(high, 4), cases, cases < FEW)
