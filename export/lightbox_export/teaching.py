"""One training of a recipe, or of a variant of it: from cases to encoders that can be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor

from lightbox_edge.findings import descriptor_sentences
from lightbox_edge.loading import load_films
from lightbox_edge.manifest import Finding
from lightbox_edge.scoring import Features
from lightbox_export.ensemble import AdapterEnsemble, ImageEnsemble, logit_scale
from lightbox_export.fp32 import Scale
from lightbox_export.labels import Case
from lightbox_export.networks import ImageEncoder, TextEncoder, load_tokenizer
from lightbox_export.recipe import Recipe
from lightbox_export.student_weights import start_from
from lightbox_export.students import find_student
from lightbox_export.train import Lesson, Pair, train
from lightbox_export.wording import read_wording, tokenize

MARGIN = 8 / 7  # training films are kept this much larger, so that zooming in stays sharp
BATCH = 16  # films encoded at once


@dataclass(frozen=True, slots=True)
class Taught:
    """Encoders after training; the text encoder has the adapters of all members."""

    image: ImageEnsemble
    text: TextEncoder
    tokenizer: Tokenizer
    logit_scale: float

    @torch.inference_mode()
    def scale(self, findings: tuple[Finding, ...]) -> Scale:
        """The findings in the space that both encoders end in."""
        told = self.text(*tokenize(descriptor_sentences(findings), self.tokenizer))
        return Scale(findings, told.numpy().reshape(-1, 2, told.shape[-1]), self.logit_scale)

    @torch.inference_mode()
    def image_features(self, films: Tensor) -> Features:
        """(N, features) of preprocessed films (N, 1, S, S)."""
        batches = (films[first : first + BATCH] for first in range(0, len(films), BATCH))
        features: Features = torch.cat([self.image(batch)[0] for batch in batches]).numpy()
        return features


@dataclass(frozen=True, slots=True)
class TrainingFilms:
    """Films as training takes them, (N, 1, S, S), read once for however many trainings."""

    files: tuple[Path, ...]
    pixels: Tensor

    @classmethod
    def read(cls, recipe: Recipe, cases: Sequence[Case]) -> TrainingFilms:
        larger = recipe.images.teaching(round(recipe.images.input_size * MARGIN))
        files = tuple(case.file for case in cases)
        return cls(files, torch.from_numpy(load_films(files, larger)))

    def of(self, cases: Sequence[Case]) -> Tensor:
        """The films of some of the cases, (n, 1, S, S); no copy where they are all of them."""
        files = tuple(case.file for case in cases)
        if files == self.files:
            return self.pixels
        places = {file: place for place, file in enumerate(self.files)}
        return self.pixels[[places[file] for file in files]]


def taught_cases(recipe: Recipe, cases: Sequence[Case]) -> list[Case]:
    """The cases that teach: those of part train that are labelled."""
    return [case for case in cases if case.part == "train" and case.source in recipe.images.sources]


def teach(recipe: Recipe, cases: Sequence[Case], films: TrainingFilms, checkpoint: Path) -> Taught:
    """Train a network for each of the recipe's seeds, or take up a run at its checkpoints.

    Args:
        recipe: what is trained.
        cases: that teach.
        films: those of the cases, and maybe others.
        checkpoint: each network's has its seed behind the stem.

    Raises:
        LightboxError: a checkpoint is damaged or of another training, or an unseen sentence is taught.
    """
    lesson = Lesson(
        films.of(cases),
        torch.tensor([case.targets for case in cases]),
        torch.tensor([case.weights for case in cases]),
        [case.boxes for case in cases],
    )
    pairs = [
        _teach_one(recipe, seed, lesson, checkpoint.with_stem(f"{checkpoint.stem}-{seed}"))
        for seed in recipe.training.seeds
    ]
    text = TextEncoder(recipe.training.features).eval()
    text.adapter = AdapterEnsemble(pairs)
    return Taught(ImageEnsemble(pairs).eval(), text, load_tokenizer(), logit_scale(pairs))


def _teach_one(recipe: Recipe, seed: int, lesson: Lesson, checkpoint: Path) -> Pair:
    torch.manual_seed(seed)
    text = TextEncoder(recipe.training.features).eval()
    image = ImageEncoder(recipe.training.features)
    start_from(image.backbone, find_student("efficientnet_lite0"), None)
    image.freeze(recipe.training.frozen_stages)
    wording = read_wording(recipe, text, load_tokenizer())
    return train(recipe, seed, Pair(image, text.adapter), wording, lesson, checkpoint)
