"""``lightbox evaluate``: how right a bundle is on films whose findings are known."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lightbox_door.arguments import (
    add_bundle,
    add_runtime,
    add_site_calibration,
    open_calibrated,
    whose_thresholds,
)

if TYPE_CHECKING:
    from lightbox_edge.evaluating import Evaluation

HELP = "Hold a bundle against films whose findings are known, and say how right it is."
EXAMPLE = "lightbox evaluate --labels confirmed.csv films --out evaluation"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("films", type=Path, metavar="FOLDER", help="where the films of the labels lie")
    parser.add_argument(
        "--labels",
        type=Path,
        required=True,
        metavar="CSV",
        help="columns: file, and findings with 1, 0 or nothing; part, dataset, sex, age, view, reader may be",
    )
    parser.add_argument("--part", metavar="NAME", help="only films of this part, e.g. test (default: all)")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="write evaluation.json and evaluation.html, a page to read"
    )
    parser.add_argument(
        "--mask-lungs",
        action="store_true",
        help="judge the films again without their lungs, and with nothing else: does it look there?",
    )
    add_bundle(parser)
    add_runtime(parser)
    add_site_calibration(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def run(arguments: argparse.Namespace) -> int:
    from msgspec.structs import replace

    from lightbox_door.evaluation_table import table
    from lightbox_door.labelled_films import judging, read
    from lightbox_edge import LightboxError
    from lightbox_edge.anatomy import open_anatomy
    from lightbox_edge.evaluating import evaluate
    from lightbox_edge.evaluating.shortcuts import audit

    if arguments.out is not None and arguments.out.exists() and not arguments.out.is_dir():
        raise LightboxError(f"{arguments.out} is no folder: name another for the evaluation.")
    bundle = open_calibrated(arguments)
    anatomy = open_anatomy(bundle, arguments.backend, "cpu", 1) if arguments.mask_lungs else None
    cases = read(bundle, arguments.labels, arguments.films, arguments.part)
    with judging(bundle, arguments, len(cases.cases)) as (model, load):
        for told in whose_thresholds(bundle, model.choice.precision):
            print(told, file=sys.stderr)
        evaluation = evaluate(bundle, model, cases, load)
        if anatomy is not None:
            found = audit(model, anatomy, cases, load)
            evaluation = replace(evaluation, shortcuts=found)
    if arguments.out is not None:
        _write(evaluation, arguments.out)
    print(evaluation.json().decode() if arguments.json else table(evaluation), end="", flush=True)
    return int(evaluation.unreadable > 0)


def _write(evaluation: Evaluation, out: Path) -> None:
    from lightbox_edge.durable import write_durably
    from lightbox_edge.evaluating.page import page
    from lightbox_edge.private_files import make_private_folder

    contents = {"evaluation.json": evaluation.json(), "evaluation.html": page(evaluation).encode()}
    make_private_folder(out)
    for name, content in contents.items():
        write_durably(out / name, content)
    print(f"Written: {out / 'evaluation.html'} to read, {out / 'evaluation.json'}.", file=sys.stderr)
