"""Whether probabilities mean what they say: expected calibration error and the Brier score."""

from __future__ import annotations

import msgspec
import numpy as np

from lightbox_edge.measuring import Numbers, Truth

MOST_BINS = 10
FEWEST_IN_A_BIN = 10


class Bin(msgspec.Struct, frozen=True):
    """Films of neighbouring probabilities: how many, their mean probability, the share with the finding."""

    films: int
    probability: float
    share: float


class CalibrationFigures(msgspec.Struct, frozen=True):
    """Calibration of one finding.

    ``error`` is the expected calibration error (Naeini et al., 2015) over ``bins`` of about equally many
    films. ``error_by_chance`` is what perfect probabilities would show on average on as many films: an
    error that is no larger says nothing against them. ``brier`` is the mean squared difference of
    probability and truth (Brier, 1950).
    """

    error: float
    error_by_chance: float
    brier: float
    bins: tuple[Bin, ...]


def calibration(truth: Truth, probability: Numbers, draws: int = 200, seed: int = 0) -> CalibrationFigures:
    """Measure the calibration; both (N,). Equal probabilities share a bin, so order does not matter."""
    count = int(np.clip(len(truth) // FEWEST_IN_A_BIN, 1, MOST_BINS))
    edges = np.quantile(probability, np.linspace(0, 1, count + 1)[1:-1])
    _, of_bin = np.unique(np.searchsorted(edges, probability, side="right"), return_inverse=True)
    membership = (of_bin == np.arange(of_bin.max() + 1)[:, np.newaxis]).astype(np.float64)
    films = membership.sum(axis=1)
    said = membership @ probability / films
    found = membership @ truth / films
    perfect = np.random.default_rng(seed).random((draws, len(truth))) < probability
    by_chance = np.abs(perfect @ membership.T / films - said) @ films / len(truth)
    return CalibrationFigures(
        round(float(np.abs(found - said) @ films / len(truth)), 4),
        round(float(by_chance.mean()), 4),
        round(float(((probability - truth) ** 2).mean()), 4),
        tuple(
            Bin(int(number), round(float(mean), 4), round(float(share), 4))
            for number, mean, share in zip(films, said, found, strict=True)
        ),
    )
