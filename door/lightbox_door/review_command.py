"""``lightbox review``: the review screens."""

from __future__ import annotations

import argparse
import os
import sys

from lightbox_door.arguments import add_language, add_worklist, chosen_language, existing_worklist

HELP = "Go through the worklist in the terminal, the flagged films first, and decide on each."
EXAMPLE = "lightbox review --worklist clinic.worklist --mode blind-first"
PATIENCE = 2  # seconds: a reader at the keys is told soon that another program holds the file


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_worklist(parser)
    parser.add_argument(
        "--mode",
        choices=("ai-first", "blind-first", "second", "arbitrate"),
        default="ai-first",
        help="blind-first hides what the machine says until you have decided; second is for a film's second "
        "reader, arbitrate for a third where two differ (default: %(default)s)",
    )

    add_language(parser)
    parser.add_argument(
        "--theme",
        choices=("dark", "light", "ascii"),
        help="ascii draws with plain signs (default: ascii on an old console, else dark)",
    )
    parser.add_argument("--no-mouse", action="store_true", help="leave the mouse to the terminal")


def review_beside(arguments: argparse.Namespace) -> int:
    """Review while a screening runs in a process of its own, which goes on when the review has ended."""
    from lightbox_door.screening_beside import ScreeningBeside
    from lightbox_edge import Worklist
    from lightbox_tui import ReviewApp

    with Worklist(arguments.worklist, patience=PATIENCE) as worklist, ScreeningBeside(arguments) as screening:
        ReviewApp(worklist, screening=screening).run()
        if screening.is_running:
            print(
                "Screening goes on until it is done. Ctrl-C stops it; the same command goes on later.",
                file=sys.stderr,
            )
        return screening.wait()


def run(arguments: argparse.Namespace) -> int:
    from lightbox_tui import ReviewApp
    from lightbox_tui.themes import look_for
    from lightbox_tui.tour import is_first_start

    say = chosen_language(arguments)
    look = arguments.theme or look_for(os.environ, sys.stderr.encoding)
    with existing_worklist(arguments, patience=PATIENCE) as worklist:
        app = ReviewApp(worklist, arguments.mode, say, look, tour=is_first_start())
        app.run(mouse=not arguments.no_mouse)
    return 0
