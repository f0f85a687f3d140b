"""``lightbox export``: make an fp32 bundle on a workstation."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HELP = "Train a bundle from a recipe and a labelled collection of films, and export it in fp32."
EXAMPLE = "lightbox export chest-open --data open-x-rays --out build/chest-open"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("recipe", metavar="RECIPE", help="'chest-open', or a recipe's TOML file")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="films with a labels.csv")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the bundle to write")


def run(arguments: argparse.Namespace) -> int:
    from lightbox_export.build import build

    table = build(arguments.recipe, arguments.data, arguments.out)
    print(
        f"The bundle is {arguments.out}, its labels are {table}: now run lightbox quantize.", file=sys.stderr
    )
    return 0
