"""Every number of a rung, measured from the features that its image encoder gives for labelled films."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.backends import Session
from lightbox_edge.errors import LightboxError
from lightbox_edge.evidence import added_log_odds
from lightbox_edge.findings import by_finding
from lightbox_edge.intervals import share
from lightbox_edge.labels import LabelledFilm
from lightbox_edge.manifest import Auc, Finding, OperatingPoint, Result, Target
from lightbox_edge.measuring import (
    Numbers,
    Truth,
    auc,
    auc_interval,
    missed,
    operating_point,
    sensitivity_and_specificity,
)
from lightbox_edge.scoring import Features, descriptor_log_odds, mahalanobis, sigmoid

FEWEST = 5  # positives, and negatives, under which a figure says nothing and is not given
FEWEST_USUAL = 200  # unlabelled films under which what is usual cannot be told
SHRINKAGE = 0.01  # of the covariance towards a sphere, for it is estimated from a thousand films


@dataclass(frozen=True, slots=True)
class Proof:
    """What `prove` measured; the fields are those of a manifest's rung."""

    operating_points: dict[str, OperatingPoint]
    statistics: Features
    distance_limit: float
    results: tuple[Result, ...]


def encode_films(session: Session, pixels: NDArray[np.float32]) -> Features:
    """The image_features, (N, dimensions), of preprocessed films (N, 1, S, S), one at a time."""
    return np.concatenate([session.run({"pixels": film[np.newaxis]})["image_features"] for film in pixels])


def finding_log_odds(
    image_features: Features, text_features: Features, findings: Sequence[Finding], scale: float
) -> dict[str, Numbers]:
    """Log-odds of each finding, (N,), before calibration, by its words alone."""
    return {
        finding.name: descriptor_log_odds(image_features, features, scale).mean(axis=1).astype(np.float64)
        for finding, features in by_finding(findings, text_features)
    }


def with_ratios(
    words: Mapping[str, Numbers], findings: Sequence[Finding], ratios: Numbers
) -> dict[str, Numbers]:
    """The log-odds of `finding_log_odds` with what the films' ratios, (N,), add where they are evidence."""
    return {
        finding.name: words[finding.name] + added_log_odds(finding.evidence, ratios)
        if finding.evidence
        else words[finding.name]
        for finding in findings
    }


def prove(
    films: Sequence[LabelledFilm],
    image_features: Features,
    log_odds: Mapping[str, Numbers],
    targets: Mapping[str, Target],
    date: str,
    words: Mapping[str, Numbers] | None = None,
) -> Proof:
    """Calibrate on the films of part calibration, test on those of part test.

    Args:
        films: N films with what is known of them.
        image_features: (N, dimensions).
        log_odds: of each finding, (N,).
        targets: what each finding's threshold has to reach.
        date: of the measurement, ISO 8601.
        words: log-odds without their evidence of the findings that have one, (N,).

    Raises:
        LightboxError: a finding has too few calibration cases.
    """
    part = np.array([film.part for film in films])
    points = {}
    for name, target in targets.items():
        truth, known = _truth(films, name)
        use = known & (part == "calibration")
        if min(truth[use].sum(), (~truth[use]).sum()) < FEWEST:
            raise LightboxError(f"{name!r} has fewer than {FEWEST} calibration cases with or without it.")
        points[name] = operating_point(truth[use], log_odds[name][use], target)
    statistics, limit = usual_films(image_features[part == "train"], image_features[part == "calibration"])
    return Proof(points, statistics, limit, tuple(_results(films, log_odds, points, date, words or {})))


def usual_films(first: Features, second: Features) -> tuple[Features, float]:
    """What films of the bundle's kind look like, from two groups of them, (N, dimensions).

    Returns:
        The statistics of the first group, and the distance of the second's farthest film, beyond which a
        further film of the kind lies once in as many films (conformal: Vovk et al., 2005); both as a
        manifest's out_of_distribution wants them. It is the second line: looks were asked before.
    """
    statistics = _statistics(first)
    return statistics, float(mahalanobis(second, statistics).max())


@dataclass(frozen=True, slots=True)
class TestedOn:
    """Test films of which a finding is known: which of the N films, (N,), and what is true of each."""

    dataset: str
    use: Truth
    truth: Truth


def tested_on(films: Sequence[LabelledFilm], finding: str) -> Iterator[TestedOn]:
    """Each dataset's test films, then those of all; none with too few films with or without the finding."""
    truth, known = _truth(films, finding)
    dataset = np.array([film.dataset for film in films])
    tested = known & np.array([film.part == "test" for film in films])
    datasets = sorted(set(dataset[tested]))
    whole = [tuple(datasets)] if len(datasets) > 1 else []
    for chosen in [*((one,) for one in datasets), *whole]:
        use = tested & np.isin(dataset, chosen)
        if min(truth[use].sum(), (~truth[use]).sum()) >= FEWEST:
            yield TestedOn(f"{' + '.join(chosen)} test", use, truth[use])


def _results(
    films: Sequence[LabelledFilm],
    log_odds: Mapping[str, Numbers],
    points: Mapping[str, OperatingPoint],
    date: str,
    words: Mapping[str, Numbers],
) -> Iterator[Result]:
    for name, point in points.items():
        for one in tested_on(films, name):
            scores = log_odds[name][one.use]
            probability = sigmoid(point.slope * scores + point.intercept)
            yield Result(
                name,
                one.dataset,
                date,
                int(one.truth.sum()),
                int((~one.truth).sum()),
                round(auc(one.truth, scores), 4),
                _rounded(auc_interval(one.truth, scores)),
                *_rounded(sensitivity_and_specificity(one.truth, probability, point.threshold)),
                *_missed(one.truth, probability, point),
                measured_auc(one.truth, words[name][one.use]) if name in words else None,
            )


def measured_auc(truth: Truth, scores: Numbers) -> Auc:
    """An AUC with its interval as a manifest keeps it; both (N,)."""
    return Auc(round(auc(truth, scores), 4), _rounded(auc_interval(truth, scores)))


def _missed(
    truth: Truth, probability: Numbers, point: OperatingPoint
) -> tuple[float | None, tuple[float, float] | None]:
    """The share that the point's promise is about, with its interval; nothing where it promised nothing."""
    if point.miss_rate is None:
        return None, None
    measured = share(missed(truth, probability, point), int(truth.sum()))
    return round(measured.value, 4), _rounded((measured.low, measured.high))


def _truth(films: Sequence[LabelledFilm], finding: str) -> tuple[Truth, Truth]:
    """(present, known), both (N,)."""
    truths = [film.truths[finding] for film in films]
    return np.array([bool(truth) for truth in truths]), np.array([truth is not None for truth in truths])


def _statistics(features: Features) -> Features:
    """Mean and whitening matrix as a manifest's out_of_distribution wants them."""
    mean = features.mean(axis=0, dtype=np.float64)
    covariance = np.cov((features - mean).T.astype(np.float64))
    sphere = np.eye(len(mean)) * np.trace(covariance) / len(mean)
    inverse = np.linalg.inv((1 - SHRINKAGE) * covariance + SHRINKAGE * sphere)
    whitening = np.linalg.cholesky(inverse).T
    return np.vstack([mean, whitening]).astype(np.float32)


def _rounded(pair: tuple[float, float]) -> tuple[float, float]:
    return round(pair[0], 4), round(pair[1], 4)
