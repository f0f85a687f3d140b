"""``lightbox start``, which a kit's start file opens: one question for who types no commands, then films."""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from lightbox_door.arguments import add_language, add_worklist, chosen_language

if TYPE_CHECKING:
    from lightbox_edge.languages import Language

HELP = "Ask for a folder of X-rays in plain words, screen it and open the review."
EXAMPLE = "lightbox start"
SAMPLES_WORKLIST = "samples.worklist"  # the films to try it on never come among a clinic's own


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_worklist(parser)
    add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    from lightbox_door.main import main
    from lightbox_edge.home import home

    say = chosen_language(arguments)
    worklist: Path = arguments.worklist
    samples = home() / "samples"
    print(say("Lightbox sorts chest X-rays. It makes no diagnosis: a person decides on each film."))
    folder = asked_folder(say, _otherwise(say, worklist, samples))
    if folder is not None:
        return main(["screen", "--review", "--worklist", str(worklist), "--", str(folder)])
    if worklist.exists() or not samples.is_dir():
        return main(["review", "--worklist", str(worklist)])
    trial = worklist.with_name(SAMPLES_WORKLIST)
    return main(["screen", "--review", "--worklist", str(trial), "--", str(samples)])


def asked_folder(say: Language, otherwise: str, ask: Callable[[str], str] = input) -> Path | None:
    """Ask until a folder or a film is named that is there; None for an empty answer or the end of input."""
    print(say("Which folder has the X-rays? Type it, or drag it into this window, and press Enter."))
    print(otherwise)
    while True:
        try:
            answer = ask("> ").strip()
        except EOFError:
            return None
        if not answer:
            return None
        folder = as_dragged(answer)
        if folder.exists():
            return folder
        print(say("There is no {path} here. Try again.", path=folder))


def as_dragged(answer: str, system: str = os.name) -> Path:
    """The path as a file manager writes it into a terminal: in quotes, with backslashes, or as it is."""
    if system == "nt":
        return Path(answer.strip('"'))
    if Path(answer).exists():  # typed with a blank in it
        return Path(answer)
    try:
        (path,) = shlex.split(answer)
    except ValueError:  # a lone quote, several words: what was typed is the name
        path = answer
    return Path(path).expanduser()


def _otherwise(say: Language, worklist: Path, samples: Path) -> str:
    if worklist.exists() or not samples.is_dir():
        return say("Enter alone opens the worklist that is there: {path}", path=worklist)
    return say("Enter alone tries it on the sample films.")
