"""``lightbox review``: the review screens."""

from __future__ import annotations

import argparse

from lightbox_door.arguments import add_worklist

HELP = "Go through the worklist in the terminal, the flagged films first."
EXAMPLE = "lightbox review --worklist clinic.worklist"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_worklist(parser)


def run(arguments: argparse.Namespace) -> int:
    from lightbox_edge import LightboxError, Worklist
    from lightbox_tui import ReviewApp

    if not arguments.worklist.is_file():
        raise LightboxError(f"There is no worklist {arguments.worklist}: run lightbox screen first.")
    with Worklist(arguments.worklist) as worklist:
        ReviewApp(worklist).run()
    return 0
