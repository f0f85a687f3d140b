"""``lightbox calibrate``: a clinic's own confirmed cases set the thresholds that its screening uses."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lightbox_door.arguments import add_bundle, add_runtime
from lightbox_edge.errors import LightboxError

if TYPE_CHECKING:
    from lightbox_edge import Bundle
    from lightbox_edge.cases import Cases

HELP = "Set the thresholds on 50 to 300 confirmed cases of your own; the bundle itself is never changed."
EXAMPLE = "lightbox calibrate cases --labels cases.csv --sensitivity 0.9"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder", nargs="?", type=Path, metavar="FOLDER", help="the films that the table names"
    )
    parser.add_argument("--labels", type=Path, metavar="CSV", help="what is confirmed of each film")
    add_bundle(parser)
    parser.add_argument(
        "--finding",
        action="append",
        metavar="NAME",
        help="only this one, may be given again (default: every)",
    )
    parser.add_argument(
        "--sensitivity",
        type=_share,
        metavar="X",
        help="what every threshold shall reach, e.g. 0.9 (default: each finding's own target)",
    )
    parser.add_argument(
        "--films-a-day", type=_films, default=30, metavar="N", help="screened; default: %(default)s"
    )
    parser.add_argument(
        "--share-ill",
        type=_share,
        metavar="X",
        help="of a day's films with any finding (default: as in the cases)",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="the site file (default: beside the bundle)")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--show", action="store_true", help="show every calibration made so far, and end")
    what.add_argument("--undo", action="store_true", help="take the latest back, and end")
    add_runtime(parser)


def run(arguments: argparse.Namespace) -> int:
    from lightbox_door.calibration_table import history
    from lightbox_edge import open_bundle
    from lightbox_edge.site_calibration import withdraw

    bundle = open_bundle(arguments.bundle)
    if arguments.show:
        print("\n".join(history(bundle, arguments.out)))
        return 0
    if arguments.undo:
        taken, now = withdraw(bundle, arguments.out)
        used = f"the calibration of {now.date} is" if now else "the bundle's own thresholds are"
        print(f"The calibration of {taken.date} is taken back; at {taken.precision} {used} in use again.")
        return 0
    if arguments.folder is None or arguments.labels is None:
        raise LightboxError("calibrate needs a FOLDER of films and --labels CSV, or --show, or --undo.")
    return _calibrate(arguments, bundle)


def _calibrate(arguments: argparse.Namespace, bundle: Bundle) -> int:
    from lightbox_door.calibration_table import disputed, table, told
    from lightbox_door.labelled_films import judging, read
    from lightbox_edge.calibrating import calibrate, judge_cases, to_calibrate_on, uncalibrated
    from lightbox_edge.calibration_effect import effects
    from lightbox_edge.site_calibration import (
        Counted,
        SiteCalibration,
        keep,
        now,
        site_path,
        with_site_calibration,
    )

    # What is wrong with the file that will be written is said before any film is read.
    is_new = arguments.out is not None and not arguments.out.exists()
    in_use = bundle if is_new else with_site_calibration(bundle, arguments.out)
    table_read = read(bundle, arguments.labels, arguments.folder)
    findings = _wanted(arguments, bundle, table_read)
    chosen = to_calibrate_on(table_read)
    print("".join(disputed(chosen, findings)), end="", file=sys.stderr)
    with judging(uncalibrated(bundle), arguments, len(chosen)) as (model, load):
        cases = judge_cases(model, chosen, load)
    before = in_use.rung(cases.precision).operating_points
    points, left = calibrate(cases, {name: before[name] for name in findings}, arguments.sensitivity)
    for film, reason in cases.not_judged.items():
        print(f"{film} took no part: {reason}", file=sys.stderr)
    for name, why in left.items():
        print(f"{name} stays as it was: {why}.", file=sys.stderr)
    if not points:
        raise LightboxError("No finding could be calibrated, so nothing was written: see the reasons above.")
    each, in_all, share_ill = effects(cases, before, points, arguments.films_a_day, arguments.share_ill)
    calibration = SiteCalibration(
        date=now(),
        precision=cases.precision,
        films=cases.films,
        labels=table_read.sha256,
        sensitivity=arguments.sensitivity,
        points=points,
        counts={one.finding: Counted(one.positives, one.negatives) for one in each},
        left=left,
    )
    where = keep(bundle, calibration, arguments.out)
    print("\n".join(table([*each, in_all])))
    beside = where == site_path(bundle)
    words = told(calibration, where, arguments.films_a_day, share_ill, beside_bundle=beside)
    print(words, file=sys.stderr)
    return int(cases.unreadable > 0)


def _wanted(arguments: argparse.Namespace, bundle: Bundle, cases: Cases) -> Sequence[str]:
    """The findings to calibrate: those that were named, or all that the table has."""
    names = [finding.name for finding in bundle.manifest.findings]
    for name in arguments.finding or ():
        if name not in names:
            raise LightboxError(f"The bundle has no finding {name!r}: it has {', '.join(names)}.")
        if name not in cases.findings:
            raise LightboxError(f"{arguments.labels} has no column {name!r}: add it, empty where unknown.")
    return arguments.finding or cases.findings


def _share(text: str) -> float:
    return _number(text, 1, "share between 0 and 1")


def _films(text: str) -> float:
    return _number(text, 1e6, "number of films above 0")


def _number(text: str, end: float, what: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < end:
        raise argparse.ArgumentTypeError(f"{text!r} is no {what}")
    return value
