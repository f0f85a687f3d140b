"""What a recipe's variants are tried on: films read once, tested alike, beside a bundle that is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import torch

from lightbox_edge.backends import open_session
from lightbox_edge.bundle import Bundle
from lightbox_edge.findings import descriptor_sentences
from lightbox_edge.labels import LabelledFilm
from lightbox_edge.loading import load_films
from lightbox_edge.manifest import Finding, Precision
from lightbox_edge.measuring import Numbers
from lightbox_edge.proving import encode_films
from lightbox_edge.scoring import Features
from lightbox_edge.text import encode_sentences
from lightbox_export.fp32 import Scale
from lightbox_export.labels import Case, read_cases, read_rows
from lightbox_export.recipe import Recipe
from lightbox_export.teaching import Taught, TrainingFilms, taught_cases


@dataclass(frozen=True, slots=True)
class Trials:
    """The films of a recipe; ``rows`` are those of labels.csv by file."""

    recipe: Recipe
    rows: dict[Path, dict[str, str]]
    cases: list[Case]
    films: TrainingFilms
    tests: list[LabelledFilm]
    pixels: torch.Tensor

    @classmethod
    def read(cls, recipe: Recipe, data: Path) -> Trials:
        """Read every film that teaches or tests, once."""
        cases = read_cases(data, recipe)
        taught = taught_cases(recipe, cases)
        tests = [
            case.labelled(recipe)
            for case in cases
            if case.part == "test" and case.source in recipe.images.sources
        ]
        return cls(
            recipe,
            {data / row["file"]: row for row in read_rows(data)},
            taught,
            TrainingFilms.read(recipe, taught),
            tests,
            torch.from_numpy(load_films([film.file for film in tests], recipe.images.preprocessing())),
        )


class AskedNetwork:
    """A variant's encoders, which have seen the test films; ask them for findings."""

    precision: Precision = "fp32"

    def __init__(self, taught: Taught, pixels: torch.Tensor) -> None:
        self._taught = taught
        self._features = taught.image_features(pixels)

    def log_odds(self, findings: tuple[Finding, ...]) -> dict[str, Numbers]:
        """Of each finding, (N,), in the words that it has here."""
        return self._taught.scale(findings).log_odds(self._features) if findings else {}


class AskedBundle:
    """The encoders of a bundle likewise, at fp32 where it has that, else at its first precision."""

    def __init__(self, bundle: Bundle, tests: Sequence[LabelledFilm]) -> None:
        manifest = bundle.manifest
        self._bundle = bundle
        self.precision: Precision = "fp32" if "fp32" in manifest.ladder else next(iter(manifest.ladder))
        session = open_session(bundle.read(bundle.rung(self.precision).image_encoder), "auto", "cpu")
        self._features = encode_films(
            session, load_films([film.file for film in tests], manifest.preprocessing)
        )

    def log_odds(self, findings: tuple[Finding, ...]) -> dict[str, Numbers]:
        """Of each finding, (N,), in the words that it has here."""
        if not findings:
            return {}
        told: Features = encode_sentences(self._bundle, descriptor_sentences(findings))
        scale = Scale(findings, told.reshape(-1, 2, told.shape[-1]), self._bundle.manifest.logit_scale)
        return scale.log_odds(self._features)


def shortened(recipe: Recipe, epochs: int | None = None, networks: int | None = None) -> Recipe:
    """The recipe with another number of epochs, or with its first networks alone."""
    training = recipe.training
    fewer = msgspec.structs.replace(
        training, epochs=epochs or training.epochs, seeds=training.seeds[: networks or None]
    )
    return msgspec.structs.replace(recipe, training=fewer)
