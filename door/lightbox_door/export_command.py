"""``lightbox export``: make an fp32 bundle on a workstation, from a recipe or from a teacher."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lightbox_edge import LightboxError

if TYPE_CHECKING:
    from lightbox_export.teachers import Teacher

HELP = "Export a published model, or train a recipe, and write an fp32 bundle."
EXAMPLE = "lightbox export biomedclip --source BiomedCLIP --images films --out build/biomedclip"


@dataclass(frozen=True, slots=True)
class _Takes:
    """The options that go with one kind of name; ``what`` is that kind in words."""

    what: str
    needs: tuple[str, ...]
    may: tuple[str, ...] = ()


_RECIPE = _Takes("a recipe", ("data",))
_ANATOMY = _Takes("what finds the lungs", ("data", "bundle", "source"))
_TEACHERS = {
    "clip": _Takes("an image-text model", ("images",), ("source", "findings", "labels")),
    "sam": _Takes("a segmenter", ("bundle", "images"), ("source",)),
}
_OPTIONS = ("data", "source", "images", "findings", "labels", "bundle")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "made_from", metavar="NAME", help="a teacher, a recipe ('chest-open', a TOML file), or 'anatomy'"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the bundle to write")
    parser.add_argument(
        "--source",
        metavar="FROM",
        help="teacher: its folder, its file or its hub id; anatomy: a bundle with a segmenter",
    )
    parser.add_argument(
        "--images", type=Path, metavar="DIR", help="teacher: real films to check the export on"
    )
    parser.add_argument("--findings", type=Path, metavar="FILE", help="image-text model: what to look for")
    parser.add_argument(
        "--labels", type=Path, metavar="CSV", help="image-text model: what is known of the films"
    )
    parser.add_argument(
        "--bundle", type=Path, metavar="DIR", help="segmenter, anatomy: the bundle that it is added to"
    )
    parser.add_argument("--data", type=Path, metavar="DIR", help="recipe, anatomy: films with a labels.csv")


def run(arguments: argparse.Namespace) -> int:
    from lightbox_export.recipe import is_recipe
    from lightbox_export.teachers import load_teachers

    name, teachers = arguments.made_from, load_teachers()
    if name == "anatomy":
        return _anatomy(arguments)
    teacher = teachers.get(name)
    if teacher is None and not is_recipe(name):
        raise LightboxError(
            f"There is no teacher or recipe {name!r}: name one of {', '.join(teachers)}, "
            "or 'anatomy', or 'chest-open', or a recipe's TOML file."
        )
    _check(arguments, _RECIPE if teacher is None else _TEACHERS[teacher.kind])
    if teacher is None:
        return _recipe(arguments)
    work: dict[str, Callable[[Teacher, argparse.Namespace], None]] = {"clip": _clip, "sam": _sam}
    work[teacher.kind](teacher, arguments)
    print(f"The bundle is {arguments.out}: now run lightbox quantize.", file=sys.stderr)
    return 0


def _check(arguments: argparse.Namespace, takes: _Takes) -> None:
    given = [option for option in _OPTIONS if getattr(arguments, option) is not None]
    for option in given:
        if option not in takes.needs + takes.may:
            raise LightboxError(f"--{option} does not go with {arguments.made_from}, which is {takes.what}.")
    for option in takes.needs:
        if option not in given:
            raise LightboxError(f"{arguments.made_from} is {takes.what} and needs --{option}.")


def _recipe(arguments: argparse.Namespace) -> int:
    from lightbox_export.build import build

    table = build(arguments.made_from, arguments.data, arguments.out)
    print(
        f"The bundle is {arguments.out}, its labels are {table}: now run lightbox quantize.", file=sys.stderr
    )
    return 0


def _anatomy(arguments: argparse.Namespace) -> int:
    from lightbox_export.anatomy.add import add_anatomy

    _check(arguments, _ANATOMY)
    add_anatomy(arguments.data, arguments.bundle, arguments.out, Path(arguments.source))
    print(f"The bundle is {arguments.out}: now run lightbox quantize.", file=sys.stderr)
    return 0


def _clip(teacher: Teacher, arguments: argparse.Namespace) -> None:
    from lightbox_export.export_clip import export_clip

    export_clip(
        teacher, arguments.source, arguments.images, arguments.findings, arguments.labels, arguments.out
    )


def _sam(teacher: Teacher, arguments: argparse.Namespace) -> None:
    from lightbox_export.teachers import check_sha256

    checkpoint = Path(arguments.source) if arguments.source else None
    if checkpoint is not None:
        check_sha256(teacher, checkpoint)
    elif teacher.package is None:
        raise LightboxError(
            f"{teacher.title} is not fetched: get it from {teacher.source} and name the file with --source."
        )
    from lightbox_export.segmenter import add_segmenter

    add_segmenter(
        teacher.name,
        teacher.architecture,
        teacher.licence,
        checkpoint,
        arguments.bundle,
        arguments.images,
        arguments.out,
    )
