"""The worklists to merge, each as a copy: what lies on a stick is read and never written to.

SQLite cannot read a file with its write-ahead log from a medium that cannot be written, and an older file
must be migrated before it is read; a copy beside the output can do both.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lightbox_edge.errors import LightboxError
from lightbox_edge.merging.checking import damage
from lightbox_edge.worklist import Worklist
from lightbox_edge.worklist_files import Key, key_for

_BESIDE = ("", "-wal", "-journal")  # what SQLite keeps beside a file that was not closed
_TRIES = 5

State = tuple[tuple[int, int] | None, ...]


def state(path: Path) -> State:
    """Size and time of change (ns) of a worklist and of what lies beside it; None for what is not there."""
    return tuple(_stat(_beside(path, end)) for end in _BESIDE)


def copied(path: Path, folder: Path) -> Path:
    """A copy of a worklist in a folder, with what lies beside it, as all were at one moment.

    Raises:
        LightboxError: it cannot be read, the disk has no room, or somebody writes to it all the time.
    """
    copy = folder / path.name
    try:
        folder.mkdir(mode=0o700)
        for _ in range(_TRIES):
            before = state(path)
            for end in _BESIDE:
                _beside(copy, end).unlink(missing_ok=True)
                if _beside(path, end).is_file():
                    _beside(copy, end).touch(mode=0o600)  # a copy may become the file that is kept
                    shutil.copyfile(_beside(path, end), _beside(copy, end))
            if state(path) == before:
                return copy
    except OSError as error:
        raise LightboxError(
            f"{path} cannot be copied to {folder.parent.parent} to be merged there ({error.strerror}): make "
            "room, or name an --out on a disk that has some."
        ) from error
    raise LightboxError(
        f"{path} changes while it is read: end the review or the screening that uses it, then merge again."
    )


def key_of(path: Path, copy: Path, passphrase: str | None) -> Key | None:
    """The key of a copy: to try one where the worklist lies would leave SQLite's files beside it.

    Raises:
        LightboxError: the passphrase does not open it.
    """
    with called({copy: path}):
        return None if passphrase is None else key_for(copy, passphrase)


@contextmanager
def opened(path: Path, copy: Path, key: Key | None) -> Iterator[Worklist]:
    """The copy of a worklist, which is called by the worklist's own name in what goes wrong with it."""
    with called({copy: path}), Worklist(copy, key=key) as worklist:
        if said := damage(worklist):
            raise LightboxError(f"{path} is damaged ({said}): go back to a copy from before.")
        yield worklist


@contextmanager
def called(names: dict[Path, Path]) -> Iterator[None]:
    """Say sentences about one file with the name of another."""
    try:
        yield
    except LightboxError as error:
        sentence = str(error)
        for path, name in names.items():
            sentence = sentence.replace(str(path), str(name))
        raise LightboxError(sentence) from error


def _beside(path: Path, end: str) -> Path:
    return path.with_name(path.name + end)


def _stat(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116  # one call, with its error
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns
