"""``lightbox screen``: judge files and folders and keep the results in a worklist."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lightbox_door.arguments import (
    add_bundle,
    add_runtime,
    add_site_calibration,
    add_worklist,
    open_calibrated,
    whose_thresholds,
)
from lightbox_door.progress import Progress
from lightbox_door.worklists import open_worklist

if TYPE_CHECKING:
    from lightbox_edge import Result

HELP = "Screen files and folders of X-rays; every result is durable before it is shown."
EXAMPLE = "lightbox screen /media/camera --worklist clinic.worklist"
STRANGEST = 5  # films named after screening


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a film, a folder, a zip")
    add_bundle(parser)
    add_worklist(parser)
    parser.add_argument(
        "--findings", type=Path, metavar="FILE", help="what to look for instead of the bundle's findings"
    )
    add_runtime(parser)
    add_site_calibration(parser)
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--json", action="store_true", help="JSON Lines on stdout, one object an image")
    shown.add_argument(
        "--review", action="store_true", help="open lightbox review at once; films appear as they are judged"
    )


def run(arguments: argparse.Namespace) -> int:
    from lightbox_edge import Screener, read_findings
    from lightbox_edge.anomaly import FEWEST
    from lightbox_edge.reading import find_sources
    from lightbox_edge.worklist_files.keeping import KeepsCopy

    find_sources(arguments.paths)  # a misspelt path ends the run before anything is loaded or written
    if arguments.review:
        from lightbox_door.review_command import review_beside

        return review_beside(arguments)
    bundle = open_calibrated(arguments)
    findings = read_findings(arguments.findings) if arguments.findings else None
    if arguments.json and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # JSON is UTF-8, whatever a Windows pipe thinks
    with (
        open_worklist(arguments.worklist) as worklist,
        KeepsCopy(worklist.path, worklist.key),
        Screener(
            bundle,
            worklist,
            precision=arguments.precision,
            backend=arguments.backend,
            device=arguments.device,
            threads=arguments.threads,
            findings=findings,
        ) as screener,
        Progress(arguments.paths) as progress,
    ):
        unreadable = 0
        for said in whose_thresholds(bundle, screener.model.choice.precision):
            print(said, file=sys.stderr)
        for result in screener.screen(arguments.paths):
            progress.show(result.json().decode() if arguments.json else line(result))
            unreadable += result.outcome.status == "unreadable"
        judge = screener.model.judge
        films = len(worklist.films(judge))
        standing = strangest(worklist.strangest(judge, STRANGEST))
        too_few = (
            f" {films} judged films are too few to rank by likeness ({FEWEST} are needed)."
            if 0 < films < FEWEST
            else ""
        )
    tally = screener.tally
    print(
        f"{tally.judged} judged, {tally.not_judged} not judged, {tally.unreadable} unreadable, "
        f"{tally.known} known from before; {tally.no_images} other files passed over.\n"
        f"The worklist is {arguments.worklist}. Lightbox sorts films, a person decides on each.{too_few}",
        file=sys.stderr,
    )
    for said in standing:
        print(said, file=sys.stderr)
    return int(unreadable > 0)


def strangest(results: Sequence[Result]) -> list[str]:
    """The films that are the least like the others, for people; nothing where none is ranked."""
    ranks = [(result.path, result.anomaly) for result in results if result.anomaly]
    if not ranks:
        return []
    head = (
        f"The least like the other films of this worklist, of {ranks[0][1].films} "
        "(no probability, no diagnosis, and no part of the triage):"
    )
    return [head, *(f"{rank.rank:>4}  {path}" for path, rank in ranks)]


def line(result: Result) -> str:
    """One picture for people: triage, path, and why."""
    outcome = result.outcome
    why = [f"{one.name} {one.probability:.2f}" for one in outcome.findings if one.flagged]
    return f"{outcome.triage:<12} {result.path}  {', '.join(why) or ' '.join(outcome.reasons)}".rstrip()
