"""The films that a quantizer sees: some to calibrate with, others to measure what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.errors import LightboxError
from lightbox_edge.labels import LabelledFilm, read_labels
from lightbox_edge.loading import load_films
from lightbox_edge.manifest import Manifest
from lightbox_edge.unlabelled import evenly, read_unlabelled

CALIBRATION_FILMS = 128  # taken evenly from all that may calibrate, for sources stand one after another
FEWEST = 8  # unlabelled films under which nothing is measured
BATCH = 32


@dataclass(frozen=True, slots=True)
class Films:
    """Preprocessed films, (N, 1, S, S); ``calibrates`` and ``tests`` choose among them, (N,) bool.

    ``labelled`` is what is known of each, None where nothing is.
    """

    pixels: NDArray[np.float32]
    calibrates: NDArray[np.bool_]
    tests: NDArray[np.bool_]
    labelled: Sequence[LabelledFilm] | None

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
