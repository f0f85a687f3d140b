"""``lightbox ask``: look for anything that can be said in words, on some films, right now."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from lightbox_door.arguments import add_bundle, add_runtime, add_site_calibration
from lightbox_door.signed_bundle import add_unsigned, open_signed

if TYPE_CHECKING:
    from lightbox_edge.asking.folders import AskedFilm

HELP = "Ask some films for a finding in your own words; such words were never validated."
EXAMPLE = 'lightbox ask "rib fracture on the left" samples'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", metavar="WORDS", help="what to look for, in English")
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a film, a folder, a zip")
    add_bundle(parser)
    add_unsigned(parser)
    add_runtime(parser)
    add_site_calibration(parser)
    parser.add_argument("--json", action="store_true", help="JSON Lines on stdout, one object an image")


def run(arguments: argparse.Namespace) -> int:
    from lightbox_edge import finding_from_words
    from lightbox_edge.asking.answering import Answering
    from lightbox_edge.asking.folders import ask_films
    from lightbox_edge.asking.wording import english_only
    from lightbox_edge.backends import usable_cpus

    words = finding_from_words(arguments.words).name
    cpus = arguments.threads or usable_cpus()
    answering = Answering(
        open_signed(arguments),
        precision=arguments.precision,
        backend=arguments.backend,
        device=arguments.device,
        threads=cpus,
    )
    if not answering.criterion(words).validated:
        print(
            f"The words {words!r} were never validated: these figures order films, they are no "
            f"probabilities of a disease and set off nothing. {english_only()}",
            file=sys.stderr,
        )
    unreadable = 0
    with closing(ask_films(answering, arguments.paths, words, cpus)) as films:
        for film in films:
            unreadable += film.result.outcome.status == "unreadable"
            print(_as_json(film) if arguments.json else _as_line(film), flush=True)
    return int(unreadable > 0)


def _as_line(film: AskedFilm) -> str:
    from lightbox_edge.asking.wording import place_in_words

    path, outcome, reply = film.result.path, film.result.outcome, film.reply
    if not outcome.findings:
        return f"  -    {path}  {' '.join(outcome.reasons)}"
    where = f"  {place_in_words(reply.where)}" if reply and reply.where else ""
    return f"{outcome.findings[0].probability:.3f}  {path}{where}"


def _as_json(film: AskedFilm) -> str:
    """The line of ``lightbox screen --json`` and where the words fit best."""
    from lightbox_edge.asking.wording import place_in_words

    told = json.loads(film.result.json())
    for finding in film.result.outcome.findings:
        told["validated"] = finding.validated
    if film.reply is not None:
        region, where = film.reply.region, film.reply.where
        told |= {
            "box": region.box,
            "maximum": region.maximum,
            "where": place_in_words(where) if where else None,
            "side": film.reply.side if film.reply.is_on_side else None,
        }
    return json.dumps(told, ensure_ascii=False)
