"""A recipe from films to an fp32 bundle: train, export, prove, write."""

from __future__ import annotations

from pathlib import Path

from lightbox_edge.labels import write_labels
from lightbox_export.assemble import assemble
from lightbox_export.labels import read_cases
from lightbox_export.recipe import load_recipe
from lightbox_export.teaching import TrainingFilms, taught_cases, teach


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
    teachers = taught_cases(recipe, cases)
    checkpoint = out.with_name(f"{out.name}.checkpoint.pt")
    taught = teach(recipe, teachers, TrainingFilms.read(recipe, teachers), checkpoint)
    films = [case.labelled(recipe) for case in cases]
    assemble(recipe, films, taught, out)
    table = out.with_name(f"{out.name}.labels.csv")
    write_labels(table, data, films)
    return table
