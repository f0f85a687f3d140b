"""A recipe from films to an fp32 bundle: train, export, prove, write."""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import Tokenizer

from lightbox_edge.labels import write_labels
from lightbox_edge.loading import load_films
from lightbox_export.assemble import assemble
from lightbox_export.labels import Case, read_cases, read_guests
from lightbox_export.networks import ImageEncoder, TextEncoder, load_tokenizer
from lightbox_export.recipe import Recipe, load_recipe
from lightbox_export.student_weights import start_from
from lightbox_export.students import find_student
from lightbox_export.train import Lesson, Pair, train
from lightbox_export.wording import read_wording

MARGIN = 8 / 7  # training films are kept this much larger, so that zooming in stays sharp


def build(recipe_name: str, data: Path, out: Path) -> Path:
    """Make a bundle and, beside it, the table of labels that quantize calibrates and tests with.

    The training's checkpoint lies beside the bundle too; a run that was cut off goes on from there.

    Args:
        recipe_name: a packaged recipe or a TOML file.
        data: the folder of the open X-ray collection, with its labels.csv.
        out: the bundle's folder.

    Returns:
        The table of labels.

    Raises:
        LightboxError: the data are not there, the checkpoint is damaged or of another training, or the
            exported graphs differ from torch's.
    """
    recipe = load_recipe(recipe_name)
    cases = read_cases(data, recipe)
    out.parent.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(recipe.training.seed)
    text = TextEncoder(recipe.training.features)
    tokenizer = load_tokenizer()
    taught = [case for case in cases if case.part == "train" and case.source in recipe.images.sources]
    taught += read_guests(data, recipe)
    pair = _train(recipe, taught, text, tokenizer, out.with_name(f"{out.name}.checkpoint.pt"))
    text.adapter.load_state_dict(pair.adapter.state_dict())
    films = [case.labelled(recipe) for case in cases]
    assemble(recipe, films, pair, text, tokenizer, out)
    table = out.with_name(f"{out.name}.labels.csv")
    write_labels(table, data, films)
    return table


def _train(
    recipe: Recipe, taught: list[Case], text: TextEncoder, tokenizer: Tokenizer, checkpoint: Path
) -> Pair:
    image = ImageEncoder(recipe.training.features)
    start_from(image.backbone, find_student("efficientnet_lite0"), None)
    larger = recipe.images.preprocessing(round(recipe.images.input_size * MARGIN))
    lesson = Lesson(
        torch.from_numpy(load_films([case.file for case in taught], larger)),
        torch.tensor([case.targets for case in taught]),
        torch.tensor([case.weights for case in taught]),
    )
    wording = read_wording(recipe, text.eval(), tokenizer)
    return train(recipe, Pair(image, text.adapter), wording, lesson, checkpoint)
