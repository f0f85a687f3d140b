"""``lightbox ask``: look for anything that can be said in words, on some films, right now."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from lightbox_door.arguments import add_bundle, add_runtime

HELP = "Ask some films for a finding in your own words; such words were never validated."
EXAMPLE = 'lightbox ask "rib fracture" samples'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", metavar="WORDS", help="what to look for")
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a film, a folder, a zip")
    add_bundle(parser)
    add_runtime(parser)
    parser.add_argument("--json", action="store_true", help="JSON Lines on stdout, one object an image")


def run(arguments: argparse.Namespace) -> int:
    from lightbox_edge import Screener, Worklist, finding_from_words, open_bundle

    wanted = finding_from_words(arguments.words)
    print(
        f"The words {wanted.name!r} were never validated: these figures order films, "
        "they are no probabilities of a disease and set off nothing.",
        file=sys.stderr,
    )
    unreadable = 0
    with (
        Worklist(":memory:") as worklist,  # an answer is no judgement: it is kept nowhere
        Screener(
            open_bundle(arguments.bundle),
            worklist,
            precision=arguments.precision,
            backend=arguments.backend,
            device=arguments.device,
            threads=arguments.threads,
            findings=[wanted],
        ) as screener,
    ):
        for result in screener.screen(arguments.paths):
            outcome = result.outcome
            unreadable += outcome.status == "unreadable"
            if arguments.json:
                print(result.json().decode(), flush=True)
            elif outcome.findings:
                print(f"{outcome.findings[0].probability:.3f}  {result.path}", flush=True)
            else:
                print(f"  -    {result.path}  {' '.join(outcome.reasons)}", flush=True)
    return int(unreadable > 0)
