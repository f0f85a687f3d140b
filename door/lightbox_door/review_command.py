"""``lightbox review``: the review screens."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from lightbox_door.arguments import (
    add_bundle,
    add_site_calibration,
    add_worklist,
    existing_worklist,
    open_calibrated,
)

if TYPE_CHECKING:
    from lightbox_edge import Bundle

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
    add_bundle(parser)
    add_site_calibration(parser)
    parser.add_argument(
        "--picture",
        choices=("auto", "kitty", "sixel", "halfcell", "ascii", "none"),
        default="auto",
        help="how films are shown in the terminal (default: the best that it says it can)",
    )


def run(arguments: argparse.Namespace) -> int:
    from lightbox_edge.viewing import FilmViewer
    from lightbox_tui import ReviewApp
    from lightbox_tui.terminal import ask_terminal

    with (
        existing_worklist(arguments, patience=PATIENCE) as worklist,
        FilmViewer(worklist, _bundle(arguments)) as viewer,
    ):
        terminal = ask_terminal(arguments.picture)
        ReviewApp(worklist, arguments.mode, viewer=viewer, terminal=terminal).run()
    return 0


def _bundle(arguments: argparse.Namespace) -> Bundle | None:
    """The bundle that is named; without a name the installed one, and without that films are only shown."""
    from lightbox_edge.errors import BundleError

    try:
        return open_calibrated(arguments)
    except BundleError:
        if arguments.bundle is not None:
            raise
        return None
