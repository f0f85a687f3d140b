"""The names of what lies beside a worklist and belongs to it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

SIDES = ("-wal", "-shm", "-journal")  # SQLite's own
_COPY, _DAMAGED, _OLD, _NEW = ".last-good", ".damaged-", ".before-encryption", ".new-"


def last_good(path: Path) -> Path:
    """Where a worklist's last good copy lies."""
    return path.with_name(path.name + _COPY)


def before_encryption(path: Path) -> Path:
    """Where the old file waits to be overwritten."""
    return path.with_name(path.name + _OLD)


def set_aside(path: Path, why: str = _DAMAGED) -> Path:
    """A name that is not taken, with this moment in it."""
    stem = f"{path.name}{why}{datetime.now():%Y-%m-%d-%H%M%S}"
    number, free = 1, path.with_name(stem)
    while free.exists():
        number += 1
        free = path.with_name(f"{stem}-{number}")
    return free


def belongings(path: Path) -> list[Path]:
    """Every file that belongs to a worklist, itself included, of those that are there."""
    ours = (*SIDES, _COPY, _DAMAGED, _OLD, _NEW)
    names = [path.name, *(path.name + end for end in ours)]
    return sorted(
        one
        for one in path.parent.iterdir()
        if one.is_file() and (one.name == path.name or one.name.startswith((*names[1:], f".{path.name}.")))
    )
