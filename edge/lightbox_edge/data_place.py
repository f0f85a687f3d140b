"""The one place of a user's data, where ``LIGHTBOX_DATA`` names one; a kit's start files do."""

from __future__ import annotations

import os
from pathlib import Path

from lightbox_edge.private_files import make_private_folder

VARIABLE = "LIGHTBOX_DATA"
WORKLIST = "lightbox.worklist"
# What Python, SQLite and the native libraries ask for a place for temporary files.
_TEMPORARY = ("TMPDIR", "SQLITE_TMPDIR", "TEMP", "TMP")


def data_place() -> Path | None:
    """The folder that worklist, caches and temporary files lie in; None where each has its usual place."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None


def default_worklist() -> Path:
    """The worklist of a command that names none."""
    return (data_place() or Path()) / WORKLIST


def use_data_place() -> None:
    """Make the folder, for its owner alone, and have temporary files written there, by children too.

    Without ``LIGHTBOX_DATA`` nothing changes. To be called before any library has asked for such a place.

    Raises:
        LightboxError: the folder cannot be made.
    """
    place = data_place()
    if place is None:
        return
    make_private_folder(place)
    temporary = str(make_private_folder(place / "temporary").resolve())
    os.environ.update(dict.fromkeys(_TEMPORARY, temporary))
