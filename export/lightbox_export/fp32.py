"""What every fp32 bundle is finished with, whoever its encoders are: manifest, model card, notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lightbox_edge.backends import Session
from lightbox_edge.bundle_writing import BundleDraft, today
from lightbox_edge.labels import LabelledFilm
from lightbox_edge.manifest import (
    Asked,
    File,
    Finding,
    Manifest,
    OperatingPoint,
    Preprocessing,
    Result,
    Rung,
    Target,
    TextEncoder,
)
from lightbox_edge.measuring import Numbers
from lightbox_edge.proving import FEWEST_USUAL, finding_log_odds, prove, usual_films
from lightbox_edge.scoring import Features
from lightbox_edge.unlabelled import film_sources, read_unlabelled
from lightbox_edge.words_measuring import Answers, measure_words

BATCH = 8  # films at once


@dataclass(frozen=True, slots=True)
class About:
    """What a bundle says of itself; ``notices`` is its LICENCES.md."""

    name: str
    licence: str
    intended_use: str
    training_data: tuple[str, ...]
    limits: tuple[str, ...]
    notices: bytes
    adults_only: bool = False
    unseen: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Scale:
    """The space that both encoders end in: what scores are made of, see `lightbox_edge.scoring`."""

    findings: tuple[Finding, ...]
    text_features: Features
    logit_scale: float

    def log_odds(self, image_features: Features) -> dict[str, Numbers]:
        """Of each finding, (N,), before calibration, from image_features (N, dimensions)."""
        return finding_log_odds(image_features, self.text_features, self.findings, self.logit_scale)


@dataclass(frozen=True, slots=True)
class Measured:
    """A rung's numbers; ``usual`` is (statistics, limit) of out_of_distribution."""

    operating_points: dict[str, OperatingPoint]
    usual: tuple[Features, float] | None
    results: tuple[Result, ...] = ()
    asked: tuple[Asked, ...] = ()


def measure(
    films: Sequence[LabelledFilm],
    image_features: Features,
    scale: Scale,
    targets: dict[str, Target],
    unseen: Scale | None = None,
) -> Measured:
    """Calibrate and test on labelled films, see `lightbox_edge.proving.prove`.

    ``unseen`` are the findings in words that training never used, measured beside those it did.
    """
    log_odds = scale.log_odds(image_features)
    proof = prove(films, image_features, log_odds, targets, today())
    asked: tuple[Asked, ...] = ()
    if unseen is not None:
        usual = Answers("seen", False, "fp32", log_odds)
        other = Answers("unseen", False, "fp32", unseen.log_odds(image_features))
        asked = tuple(measure_words(films, usual, [other], today()))
    return Measured(proof.operating_points, (proof.statistics, proof.distance_limit), proof.results, asked)


def usual(session: Session, images: Path, how: Preprocessing) -> tuple[Features, float] | None:
    """What is usual, from half of the films, and how far the other half is from it; None if they are few."""
    if len(film_sources(images)) < FEWEST_USUAL:  # no film is encoded in vain
        return None
    batches = [
        session.run({"pixels": films})["image_features"] for films in read_unlabelled(images, how, BATCH)
    ]
    if sum(map(len, batches)) < FEWEST_USUAL:
        return None
    return usual_films(np.concatenate(batches[::2]), np.concatenate(batches[1::2]))


def finish_bundle(
    draft: BundleDraft,
    about: About,
    preprocessing: Preprocessing,
    image_encoder: File,
    text_encoder: TextEncoder,
    scale: Scale,
    measured: Measured,
) -> None:
    """Write what is left to write, the manifest last."""
    usual = draft.add_usual("fp32", measured.usual)
    manifest = Manifest(
        schema_version=1,
        name=about.name,
        version=today(),
        licence=about.licence,
        intended_use=about.intended_use,
        training_data=about.training_data,
        limits=about.limits,
        preprocessing=preprocessing,
        logit_scale=scale.logit_scale,
        findings=scale.findings,
        text_features=draft.add_array("text_features.npy", scale.text_features),
        ladder={"fp32": Rung(image_encoder, measured.operating_points, usual, measured.results)},
        text_encoder=text_encoder,
        adults_only=about.adults_only,
        unseen=about.unseen,
        asked=measured.asked,
        documents=(draft.add("LICENCES.md", about.notices),),
    )
    draft.finish_with_card(manifest)
