"""From image_features to probabilities and triage, in words that can be checked.

A descriptor's log-odds are ``logit_scale * (image . present - image . absent)``, the softmax over the
pair; a finding's are the mean of its descriptors', which is the normalised geometric mean of their
probabilities (Xplainer, Pellegrini et al., MICCAI 2023). A finding's evidence adds its own. Platt scaling
then calibrates them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.manifest import Evidence, OperatingPoint
from lightbox_edge.results import DescriptorScore, FindingScore, Triage

Features = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Criterion:
    """A finding ready to be scored.

    ``text_features`` is (descriptors, 2, dimensions): for each descriptor its presence and its absence.
    ``validated`` says whether its operating point was measured, or only assumed; ``evidence`` is weighed
    beside its words.
    """

    name: str
    sentences: tuple[str, ...]
    text_features: Features
    point: OperatingPoint
    validated: bool
    evidence: Evidence | None = None


def descriptor_log_odds(image_features: Features, text_features: Features, scale: float) -> Features:
    """Log-odds of each descriptor: (N, dimensions) and (descriptors, 2, dimensions) to (N, descriptors)."""
    difference = text_features[:, 0] - text_features[:, 1]
    return (scale * (image_features @ difference.T)).astype(np.float32)


def score(
    image_features: Features, criterion: Criterion, scale: float, ratio: float | None = None
) -> FindingScore:
    """Score one image, (dimensions,), for one finding.

    Args:
        image_features: of the image, L2-normalised.
        criterion: the finding.
        scale: the bundle's logit_scale.
        ratio: the film's cardiothoracic ratio, None where it was not measured.
    """
    log_odds = descriptor_log_odds(image_features[np.newaxis], criterion.text_features, scale)[0]
    point, evidence = criterion.point, criterion.evidence
    told = list(zip(criterion.sentences, map(float, log_odds), strict=True))
    before = float(log_odds.mean())
    if evidence is not None and ratio is not None:
        added = evidence.weight * (ratio - evidence.centre)
        before += added
        told.append((f"The heart is {ratio:.2f} as wide as the thorax.", added))
    probability = float(sigmoid(point.slope * before + point.intercept))
    return FindingScore(
        name=criterion.name,
        probability=probability,
        threshold=point.threshold,
        flagged=probability >= point.threshold,
        validated=criterion.validated,
        descriptors=tuple(DescriptorScore(sentence, round(float(sigmoid(one)), 4)) for sentence, one in told),
    )


def triage(scores: tuple[FindingScore, ...], criteria: tuple[Criterion, ...]) -> Triage:
    """``flagged`` if any finding is, else ``uncertain`` if any lies in its band, else ``not flagged``."""
    if any(one.flagged for one in scores):
        return "flagged"
    if any(
        one.probability >= criterion.point.uncertain_from
        for one, criterion in zip(scores, criteria, strict=True)
    ):
        return "uncertain"
    return "not flagged"


def mahalanobis(image_features: Features, statistics: Features) -> NDArray[np.float32]:
    """Distance of each image, (N, dimensions), to the training films; ``statistics`` as in the manifest."""
    centred = image_features - statistics[0]
    distance: NDArray[np.float32] = np.linalg.norm(centred @ statistics[1:].T, axis=-1).astype(np.float32)
    return distance


def sigmoid(x: float | NDArray[np.float32] | NDArray[np.float64]) -> NDArray[np.float64]:
    """The logistic function, without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * np.asarray(x, dtype=np.float64))))
