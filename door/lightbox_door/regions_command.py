"""``lightbox regions``: where on a film and how large, as masks, pictures and figures."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lightbox_door.arguments import (
    add_bundle,
    add_runtime,
    add_site_calibration,
    whose_thresholds,
)
from lightbox_door.progress import Progress
from lightbox_door.signed_bundle import add_unsigned, open_signed

if TYPE_CHECKING:
    from lightbox_edge import Bundle
    from lightbox_edge.regions import FilmRegions, Wanted

HELP = "Outline lungs, heart and findings on films, and measure them; no box is drawn by hand."
EXAMPLE = 'lightbox regions samples --finding "pleural effusion" --out regions'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a film, a folder, a zip")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="where masks and overlays are written"
    )
    parser.add_argument(
        "--finding",
        action="append",
        metavar="NAME",
        help="a finding of the bundle, or any words; may be repeated (default: what is flagged on the film)",
    )
    parser.add_argument(
        "--box", type=_box, metavar="X0,Y0,X1,Y1", help="outline what is in this box, in pixels of the film"
    )
    parser.add_argument("--point", type=_point, metavar="X,Y", help="outline what is about this point")
    add_bundle(parser)
    add_unsigned(parser)
    add_runtime(parser)
    add_site_calibration(parser)
    parser.add_argument("--json", action="store_true", help="JSON Lines on stdout, one object a target")


def run(arguments: argparse.Namespace) -> int:
    from lightbox_edge.reading import find_sources
    from lightbox_edge.regions import EmbeddingStore, Outliner
    from lightbox_edge.regions.files import EMBEDDINGS, make_folder, write_regions

    find_sources(arguments.paths)  # a misspelt path ends the run before anything is loaded or written
    bundle = open_signed(arguments)
    wanted = _wanted(bundle, arguments)
    unreadable = 0
    with (
        Outliner(
            bundle,
            wanted,
            EmbeddingStore(arguments.out / EMBEDDINGS),
            precision=arguments.precision,
            backend=arguments.backend,
            device=arguments.device,
            threads=arguments.threads,
        ) as outliner,
        Progress(arguments.paths) as progress,
    ):
        make_folder(arguments.out)
        for said in whose_thresholds(bundle, outliner.model.choice.precision):
            print(said, file=sys.stderr)
        for film in outliner.regions(arguments.paths):
            masks = write_regions(arguments.out, film)
            progress.show("\n".join(_lines(film, masks, arguments.json)))
            if film.status == "unreadable":
                unreadable += 1
                print(f"{film.path} could not be read: {' '.join(film.reasons)}", file=sys.stderr)
    print(
        f"Masks and overlays are in {arguments.out}. They show where a model looks, and are no diagnosis.",
        file=sys.stderr,
    )
    return int(unreadable > 0)


def _lines(film: FilmRegions, masks: list[str | None], as_json: bool) -> list[str]:
    from lightbox_edge.regions.captions import summary

    if as_json:
        pairs = zip(film.regions, masks, strict=True)
        return [region.json(film.path, mask).decode() for region, mask in pairs]
    return [f"{region.target:<12} {film.path}  {summary(region)}" for region in film.regions]


def _wanted(bundle: Bundle, arguments: argparse.Namespace) -> Wanted:
    from lightbox_edge.findings import finding_asked
    from lightbox_edge.regions import Wanted

    prompts = tuple((name, given) for name in ("box", "point") if (given := getattr(arguments, name)))
    if arguments.finding is None:
        return Wanted(None, prompts)
    asked = {one.name: one for one in (finding_asked(bundle, words) for words in arguments.finding)}
    return Wanted(tuple(asked.values()), prompts)


def _box(text: str) -> tuple[float, ...]:
    left, top, right, bottom = _numbers(text, 4)
    if left >= right or top >= bottom:
        raise argparse.ArgumentTypeError(f"{text!r} is no box: x0 must be under x1, and y0 under y1")
    return left, top, right, bottom


def _point(text: str) -> tuple[float, ...]:
    return _numbers(text, 2)


def _numbers(text: str, count: int) -> tuple[float, ...]:
    from math import isfinite

    try:
        numbers = tuple(float(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if len(numbers) != count or not all(map(isfinite, numbers)):
        raise argparse.ArgumentTypeError(f"{text!r} is not {count} numbers with commas between them")
    return numbers
