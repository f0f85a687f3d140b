"""The films that a quantizer sees: some to calibrate with, others to measure what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from lightbox_edge.anatomy import AnatomyModel
from lightbox_edge.errors import LightboxError
from lightbox_edge.evidence import SPEAKS_FOR, cardiothoracic_ratios, with_evidence
from lightbox_edge.labels import LabelledFilm, read_labels
from lightbox_edge.loading import load_films
from lightbox_edge.manifest import Manifest
from lightbox_edge.measuring import Numbers
from lightbox_edge.unlabelled import evenly, read_unlabelled

CALIBRATION_FILMS = 128  # taken evenly from all that may calibrate, for sources stand one after another
FEWEST = 8  # unlabelled films under which nothing is measured
BATCH = 32


@dataclass(frozen=True, slots=True)
class Films:
    """Preprocessed films, (N, 1, S, S); ``calibrates`` and ``tests`` choose among them, (N,) bool.

    ``labelled`` is what is known of each, None where nothing is; ``ratios`` are their cardiothoracic ratios,
    (N,), NaN where not measured, None where no finding weighs them.
    """

    pixels: NDArray[np.float32]
    calibrates: NDArray[np.bool_]
    tests: NDArray[np.bool_]
    labelled: Sequence[LabelledFilm] | None
    ratios: Numbers | None = None

    def calibration(self) -> NDArray[np.float32]:
        """At most `CALIBRATION_FILMS` of those that calibrate."""
        places = np.flatnonzero(self.calibrates)
        chosen: NDArray[np.float32] = self.pixels[places[evenly(len(places), CALIBRATION_FILMS)]]
        return chosen


def read_films(manifest: Manifest, images: Path, labels: Path | None) -> Films:
    """Load the films that a table names, or without one all of a folder, every second to calibrate.

    Raises:
        LightboxError: a label or a film is wrong, or the folder holds too few films.
    """
    if labels is not None:
        films = read_labels(labels, images, [finding.name for finding in manifest.findings])
        pixels = load_films([film.file for film in films], manifest.preprocessing)
        parts = np.array([film.part for film in films])
        return Films(pixels, parts == "calibration", parts == "test", films)
    batches = list(read_unlabelled(images, manifest.preprocessing, BATCH))
    if sum(map(len, batches)) < FEWEST:
        raise LightboxError(
            f"{images} holds fewer than {FEWEST} films that can be read: name a larger folder."
        )
    pixels = np.concatenate(batches)
    every_second = np.arange(len(pixels)) % 2 == 0
    return Films(pixels, every_second, ~every_second, None)


def weigh(manifest: Manifest, films: Films, anatomy: AnatomyModel | None) -> tuple[Manifest, Films]:
    """The manifest with what the cardiothoracic ratio weighs, and the films with theirs.

    With labels it is fitted, on part train, by the anatomy network that the bundle will have; without them
    the bundle's evidence stays.
    """
    findings = manifest.findings
    if anatomy is None or not any(one.name in SPEAKS_FOR for one in findings):
        return manifest, films
    ratios = cardiothoracic_ratios(anatomy, films.pixels, manifest.preprocessing)
    if films.labelled is not None:
        findings = with_evidence(findings, films.labelled, ratios)
    return msgspec.structs.replace(manifest, findings=findings), replace(films, ratios=ratios)
