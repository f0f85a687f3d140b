"""The names of what lies beside a worklist and belongs to it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from lightbox_edge.unfinished import MARK

SIDES = ("-wal", "-shm", "-journal")  # SQLite's own
BEFORE_MERGE = ".before-merge"  # behind the old file's name, where the merged one has its own
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


def workplace_of(path: Path) -> Path:
    """The folder in which worklists are merged into this one."""
    return path.with_name(f".{path.name}.merging")


def referrals_of(path: Path) -> Path:
    """The folder that tells which films went to distant readers under which numbers."""
    return path.with_name(f"{path.name}.referrals")


def belongings(path: Path) -> list[Path]:
    """Every file that belongs to a worklist, itself and those in its folders included, of those there."""
    ours = (*SIDES, _COPY, _DAMAGED, _OLD, _NEW, BEFORE_MERGE)
    starts = (*(path.name + end for end in ours), *(f".{path.name}{end}" for end in (f"{_COPY}.", MARK)))
    beside = (one for one in path.parent.iterdir() if one.name == path.name or one.name.startswith(starts))
    inside = (one for folder in folders(path) for one in folder.rglob("*"))
    return sorted(one for one in (*beside, *inside) if one.is_file() and not one.is_symlink())


def leftovers(path: Path) -> list[Path]:
    """Of its `belongings` what only a cut left there: temporary files, and those of a merge."""
    starts = (f".{path.name}.", f"{path.name}{_NEW}")
    ours = belongings(path)
    return [one for one in ours if one.relative_to(path.parent).parts[0].startswith(starts)]


def folders(path: Path) -> list[Path]:
    """Its folders, of those that are there; a link to somewhere else is none."""
    ours = (workplace_of(path), referrals_of(path))
    return [one for one in ours if one.is_dir() and not one.is_symlink()]
