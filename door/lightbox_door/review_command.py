"""``lightbox review``: the review screens."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Any

from lightbox_door.arguments import (
    add_bundle,
    add_language,
    add_site_calibration,
    add_worklist,
    chosen_language,
    existing_worklist,
    open_calibrated,
)
from lightbox_door.worklists import open_worklist, passphrase_for

if TYPE_CHECKING:
    from lightbox_edge import Bundle, Worklist
    from lightbox_edge.worklist_files.restoring import Restored

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

    add_language(parser)
    parser.add_argument(
        "--theme",
        choices=("dark", "light", "ascii"),
        help="ascii draws with plain signs (default: ascii on an old console, else dark)",
    )
    parser.add_argument("--no-mouse", action="store_true", help="leave the mouse to the terminal")


def run(arguments: argparse.Namespace) -> int:
    restored: list[Restored] = []
    with existing_worklist(arguments, patience=PATIENCE, tell=restored.append) as worklist:
        _review(worklist, arguments, _bundle(arguments), restored)
    return 0


def review_beside(arguments: argparse.Namespace) -> int:
    """Review while a screening runs in a process of its own, which goes on when the review has ended.

    ``arguments`` are those of ``lightbox screen``; the review has its own as they are by themselves.
    """
    from lightbox_door.screening_beside import ScreeningBeside

    parser = argparse.ArgumentParser()
    add_arguments(parser)
    usual = parser.parse_args([], argparse.Namespace(**vars(arguments)))
    restored: list[Restored] = []
    passphrase = passphrase_for(arguments.worklist)
    opened = open_worklist(arguments.worklist, passphrase, patience=PATIENCE, tell=restored.append)
    with opened as worklist, ScreeningBeside(arguments, passphrase) as screening:
        _review(worklist, usual, _usable_bundle(usual), restored, screening=screening)
        if screening.is_running:
            print(
                "Screening goes on until it is done. Ctrl-C stops it; the same command goes on later.",
                file=sys.stderr,
            )
        return screening.wait()


def _review(
    worklist: Worklist,
    arguments: argparse.Namespace,
    bundle: Bundle | None,
    restored: list[Restored],
    **beside: Any,
) -> None:
    from lightbox_edge.viewing import FilmViewer
    from lightbox_edge.worklist_files.keeping import KeepsCopy
    from lightbox_tui import ReviewApp
    from lightbox_tui.terminal import ask_terminal
    from lightbox_tui.themes import look_for
    from lightbox_tui.tour import is_first_start

    say = chosen_language(arguments)
    look = arguments.theme or look_for(os.environ, sys.stderr.encoding)
    with KeepsCopy(worklist.path, worklist.key), FilmViewer(worklist, bundle) as viewer:
        app = ReviewApp(
            worklist,
            arguments.mode,
            say,
            look,
            tour=is_first_start(),
            viewer=viewer,
            terminal=ask_terminal(arguments.picture),
            restored=restored[0] if restored else None,
            **beside,
        )
        app.run(mouse=not arguments.no_mouse)


def _bundle(arguments: argparse.Namespace) -> Bundle | None:
    """The bundle that is named; without a name the installed one, and without that films are only shown."""
    from lightbox_edge.errors import BundleError

    try:
        return open_calibrated(arguments)
    except BundleError:
        if arguments.bundle is not None:
            raise
        return None


def _usable_bundle(arguments: argparse.Namespace) -> Bundle | None:
    """The same, but what is wrong with it is left to the screening to say, which needs it."""
    from lightbox_edge import LightboxError

    try:
        return _bundle(arguments)
    except LightboxError:
        return None
