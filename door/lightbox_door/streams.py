"""The three streams of the program, where they were closed or cannot be written to."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import TextIO


def open_closed_streams() -> None:
    """Open nothing in place of what the caller has closed, in order.

    Otherwise the next file that is opened, a worklist for instance, would be the process's stdout.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123  # for good


def speak_utf8() -> None:
    """A name that a console has no letters for ends no run; in a pipe or a file results are UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            encoding = None if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")


def say(sentence: str) -> None:
    """Print one sentence for people; where it cannot be written, the exit code says it alone."""
    try:
        print(f"lightbox: {sentence}", file=sys.stderr, flush=True)
    except OSError:
        _silence(sys.stderr)


def say_no_more() -> None:
    """Nothing more goes to stdout, not even what it still holds at exit."""
    _silence(sys.stdout)


def _silence(stream: TextIO) -> None:
    with suppress(OSError):  # one that is no file
        number = stream.fileno()
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, number)
        os.close(nothing)
