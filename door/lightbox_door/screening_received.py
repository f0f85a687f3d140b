"""``lightbox screen`` in a process of its own for the films that were received: the judge has no network."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from queue import Empty, SimpleQueue

from lightbox_door.screening_beside import program

_QUIET = 2.0  # seconds without another film, after which those that came are judged
_MOST = 200  # films of one run


class Screening:
    """Judges the films of a folder with the bundle and the worklist that ``arguments`` name."""

    def __init__(self, arguments: argparse.Namespace, films: Path) -> None:
        self._films = films
        bundle = ["--bundle", str(arguments.bundle)] if arguments.bundle else []
        switches = [f"--{name}" for name in ("json", "unsigned") if getattr(arguments, name)]
        self._call = [*program(), "screen", "--worklist", str(arguments.worklist), *bundle, *switches, "--"]

    def catch_up(self) -> int:
        """Judge what an earlier run received; the exit code if nothing can be judged at all, else 0."""
        return self._run([self._films])

    def follow(self, films: SimpleQueue[Path]) -> None:
        """Judge films as they come, without an end; after a run that failed the next takes all films."""
        failed = 0
        while True:
            batch = _batch(films)
            failed = self._run([self._films] if failed else batch)

    def _run(self, paths: Sequence[Path]) -> int:
        """0 once it is done, films that cannot be read included; its exit code otherwise."""
        done = subprocess.run([*self._call, *map(str, paths)], check=False)  # noqa: S603  # our own program
        if done.returncode in (0, 1):
            return 0
        print("lightbox: the films are kept, and were not judged.", file=sys.stderr)
        return done.returncode


def _batch(films: SimpleQueue[Path]) -> list[Path]:
    """The films that come before there is a pause, at least one."""
    batch: list[Path] = []
    while len(batch) < _MOST:
        try:
            batch.append(films.get(timeout=_QUIET))
        except Empty:
            if batch:
                break
    return batch
