"""``lightbox calibrate``: a clinic's own confirmed cases set the thresholds that its screening uses."""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lightbox_door.arguments import add_bundle, add_runtime
from lightbox_edge.errors import LightboxError

if TYPE_CHECKING:
    from lightbox_edge import Bundle
    from lightbox_edge.calibration_effect import Effect, Measured
    from lightbox_edge.intervals import Figure
    from lightbox_edge.labels import LabelledFilm
    from lightbox_edge.site_calibration import SiteCalibration

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
    from lightbox_edge import open_bundle
    from lightbox_edge.site_calibration import site_path, withdraw

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
    return _calibrate(arguments, bundle, arguments.out or site_path(bundle))


def _calibrate(arguments: argparse.Namespace, bundle: Bundle, where: Path) -> int:
    from lightbox_edge.calibrating import calibrate, read_cases
    from lightbox_edge.calibration_effect import effects
    from lightbox_edge.site_calibration import (
        Counted,
        SiteCalibration,
        keep,
        now,
        with_site_calibration,
    )

    # What is wrong with the file that will be written is said before any film is read.
    in_use = with_site_calibration(bundle, where) if where.exists() else bundle
    films = _films_to_calibrate_on(arguments, bundle)
    cases = read_cases(
        bundle,
        films,
        precision=arguments.precision,
        backend=arguments.backend,
        device=arguments.device,
        threads=arguments.threads,
    )
    before = in_use.rung(cases.precision).operating_points
    wanted = {name: before[name] for name in arguments.finding or before}
    points, left = calibrate(cases, wanted, arguments.sensitivity)
    for path, reason in cases.not_judged.items():
        print(f"{path} took no part: {reason}", file=sys.stderr)
    for name, why in left.items():
        print(f"{name} stays as it was: {why}.", file=sys.stderr)
    if not points:
        raise LightboxError("No finding could be calibrated, so nothing was written: see the reasons above.")
    each, in_all, share_ill = effects(cases, before, points, arguments.films_a_day, arguments.share_ill)
    calibration = SiteCalibration(
        date=now(),
        precision=cases.precision,
        films=cases.films,
        labels=hashlib.sha256(arguments.labels.read_bytes()).hexdigest(),
        sensitivity=arguments.sensitivity,
        points=points,
        counts={one.finding: Counted(one.positives, one.negatives) for one in each},
        left=left,
    )
    keep(bundle, calibration, where)
    print("\n".join(table([*each, in_all])))
    print(
        f"\nA day is taken as {arguments.films_a_day:g} films, {share_ill:.0%} of them with a finding. "
        "Each figure stands before its 95 % interval;\n"
        "after: every film was judged by thresholds that the other films set."
        f"\n{where}: written, at {cases.precision} from {cases.films} films. "
        "'lightbox screen' uses it from now on; 'lightbox calibrate --undo' takes it back.",
        file=sys.stderr,
    )
    return 0


def _films_to_calibrate_on(arguments: argparse.Namespace, bundle: Bundle) -> list[LabelledFilm]:
    """The table's films of part calibration; where it has none, all but those that taught."""
    from lightbox_edge.labels import read_labels

    names = [finding.name for finding in bundle.manifest.findings]
    for name in arguments.finding or ():
        if name not in names:
            raise LightboxError(f"The bundle has no finding {name!r}: it has {', '.join(names)}.")
    films = read_labels(arguments.labels, arguments.folder, names)
    chosen = [one for one in films if one.part == "calibration"] or [
        one for one in films if one.part != "train"
    ]
    if not chosen:
        raise LightboxError(
            f"{arguments.labels} names no film to calibrate on: films of part train are left out."
        )
    return chosen


def table(effects: list[Effect]) -> list[str]:
    """Before and after of each finding, as a table for people."""
    head = f"{'':<10}{'threshold':>10}  {'sensitivity':<20}{'specificity':<20}"
    lines = [f"{head}{'flagged a day':<20}{'uncertain a day':<20}missed of 100"]
    for one in effects:
        few = "; fewer than 20 of either say little" if min(one.positives, one.negatives) < 20 else ""
        lines += [
            f"{one.finding}: {one.positives} films with, {one.negatives} without{few}",
            _row("before", one.before),
            _row("after", one.after),
        ]
    return lines


def _row(name: str, one: Measured) -> str:
    threshold = "" if one.threshold is None else f"{one.threshold:.3f}"
    cells = [
        _cell(one.sensitivity, 2),
        _cell(one.specificity, 2),
        _cell(one.flagged, 1),
        _cell(one.uncertain, 1),
        _cell(one.missed, 0),
    ]
    return f"  {name:<8}{threshold:>10}  {''.join(f'{cell:<20}' for cell in cells)}".rstrip()


def _cell(figure: Figure | None, digits: int) -> str:
    if figure is None:
        return "none to tell"
    return f"{figure.value:.{digits}f} ({figure.low:.{digits}f} to {figure.high:.{digits}f})"


def history(bundle: Bundle, path: Path | None) -> list[str]:
    """Every calibration of a site, the latest last, and which are in use."""
    from lightbox_edge.site_calibration import read_site_file, site_path

    kept = read_site_file(bundle, path)
    if kept is None:
        return [f"{site_path(bundle)} is not there: the bundle's own thresholds are in use."]
    used = list(kept.in_use().values())
    lines = [f"{path or site_path(bundle)}, for {kept.bundle} {kept.version}:"]
    for one in kept.calibrations:
        state = f"taken back {one.withdrawn}" if one.withdrawn else "in use" if one in used else "replaced"
        lines += _calibration(one, state)
    return lines


def _calibration(one: SiteCalibration, state: str) -> list[str]:
    aim = "each its own target" if one.sensitivity is None else f"sensitivity {one.sensitivity:g}"
    return [
        f"\n{one.date}, {one.precision}, {one.films} films, {aim}: {state}",
        *(
            f"  {name:<22} threshold {point.threshold:.3f}, uncertain from {point.uncertain_from:.3f}, "
            f"{one.counts[name].positives} with, {one.counts[name].negatives} without"
            for name, point in one.points.items()
        ),
        *(f"  {name:<22} as it was: {why}" for name, why in one.left.items()),
    ]


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no share between 0 and 1")
    return value


def _films(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of films above 0")
    return value
