"""What is measured on a film and speaks for a finding beside its words: the cardiothoracic ratio.

Words tell an enlarged heart badly where few films taught them; its width over the thorax's is what a reader
measures (`lightbox_edge.thorax`). A logistic regression of the finding on the ratio says what it weighs.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log

import msgspec
import numpy as np
from numpy.typing import NDArray

from lightbox_edge.anatomy import LUNGS, AnatomyModel
from lightbox_edge.heart import heart_between
from lightbox_edge.labels import LabelledFilm
from lightbox_edge.manifest import Evidence, Finding, Preprocessing
from lightbox_edge.measuring import FLATTEST, Numbers, Truth, fit_platt
from lightbox_edge.thorax import measure_thorax

SPEAKS_FOR = ("cardiomegaly",)  # the findings that the ratio is evidence of
FEWEST = 10  # films with the finding, and without it, under which nothing is fitted
SIDE = 672  # places across a film: one more or less is 0.002 of a thorax, so formats give the same ratio


def cardiothoracic_ratio(
    anatomy: AnatomyModel, pixels: NDArray[np.float32], how: Preprocessing
) -> float | None:
    """The ratio on what an image encoder is given, (1, S, S), preprocessed as ``how`` says.

    None where no two lungs are found, or where they leave no room for a heart.
    """
    lungs = anatomy.lungs_in(pixels, how, SIDE)
    if not all(name in lungs for name in LUNGS):
        return None
    left, right = (lungs[name] for name in LUNGS)
    thorax = measure_thorax(right, left, heart_between(right, left), None)
    return None if thorax is None else thorax.cardiothoracic_ratio


def cardiothoracic_ratios(anatomy: AnatomyModel, pixels: NDArray[np.float32], how: Preprocessing) -> Numbers:
    """The same of films (N, 1, S, S), one at a time; (N,), NaN where it is not measured."""
    ratios = (cardiothoracic_ratio(anatomy, film, how) for film in pixels)
    return np.array([np.nan if ratio is None else ratio for ratio in ratios])


def added_log_odds(evidence: Evidence, ratios: Numbers) -> Numbers:
    """What it adds to the log-odds of films with these ratios, (N,); 0 where there is none (NaN)."""
    return np.nan_to_num(evidence.weight * (ratios - evidence.centre), nan=0.0)


def fit_evidence(truth: Truth, ratios: Numbers) -> Evidence | None:
    """What the ratio weighs for a finding; both (N,), NaN where it was not measured.

    None where too few films were measured, or where a greater ratio does not speak for the finding.
    """
    known = np.isfinite(ratios)
    with_it, without = int(truth[known].sum()), int((~truth[known]).sum())
    if min(with_it, without) < FEWEST:
        return None
    weight, intercept = fit_platt(truth[known], ratios[known])
    if weight <= FLATTEST:
        return None
    # Calibration knows how common the finding is: here films with and without it count as equally many.
    centre = (log(with_it / without) - intercept) / weight
    return Evidence("cardiothoracic_ratio", round(weight, 3), round(centre, 4))


def with_evidence(
    findings: Sequence[Finding], films: Sequence[LabelledFilm], ratios: Numbers
) -> tuple[Finding, ...]:
    """The findings, those of `SPEAKS_FOR` with evidence that was fitted on the films of part train alone.

    Args:
        findings: of a bundle; what evidence they had is left out.
        films: N films with what is known of them.
        ratios: of the same, (N,).
    """
    return tuple(
        msgspec.structs.replace(
            finding, evidence=_learned(finding.name, films, ratios) if finding.name in SPEAKS_FOR else None
        )
        for finding in findings
    )


def _learned(name: str, films: Sequence[LabelledFilm], ratios: Numbers) -> Evidence | None:
    places = [
        place for place, film in enumerate(films) if film.part == "train" and film.truths[name] is not None
    ]
    return fit_evidence(np.array([films[place].truths[name] is True for place in places]), ratios[places])
