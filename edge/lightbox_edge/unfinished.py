"""Temporary files beside those that are being written, known by their names, so that what a kill left goes.

A file that is being written holds its lock (flock), which the system gives back when a program ends in
whatever way: the next one to write the same file removes those that nobody holds.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MARK = ".unfinished-"  # a temporary file of out.csv is .out.csv.unfinished-ab12cd34


@contextmanager
def unfinished(path: Path) -> Iterator[Path]:
    """A new empty file beside ``path``, its owner's alone, gone afterwards unless it was moved.

    What killed programs left of the same file is removed before.

    Raises:
        OSError: it cannot be made.
    """
    for left in beside(path):
        with suppress(OSError):  # somebody else's, on a disk that many write to
            _remove_if_left(left)
    handle, fresh = _made(path)
    try:
        yield fresh
    finally:
        fresh.unlink(missing_ok=True)
        if handle is not None:
            os.close(handle)


def beside(path: Path) -> list[Path]:
    """The temporary files of ``path`` that are there, whether or not somebody writes them."""
    start = f".{path.name}{MARK}"
    with os.scandir(path.parent) as entries:
        return [path.with_name(one.name) for one in entries if one.name.startswith(start)]


def _new(path: Path) -> tuple[int, Path]:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}{MARK}")
    return handle, Path(name)


if sys.platform == "win32":

    def _made(path: Path) -> tuple[None, Path]:
        """Without a lock: nobody can remove there what is open, nor rename it, so it must not stay open."""
        handle, fresh = _new(path)
        os.close(handle)
        return None, fresh

    def _remove_if_left(file: Path) -> None:
        file.unlink()

else:
    import fcntl

    def _made(path: Path) -> tuple[int, Path]:
        """With the handle that holds its lock; made again if it was taken for a leftover just before."""
        while True:
            handle, fresh = _new(path)
            with suppress(OSError):  # a file system that knows no locks: nobody gets one to remove it then
                fcntl.flock(handle, fcntl.LOCK_EX)
            if os.fstat(handle).st_nlink:
                return handle, fresh
            os.close(handle)

    def _remove_if_left(file: Path) -> None:
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.unlink()
        finally:
            os.close(handle)
