"""Where the program's own things lie: the folder of the kit that it runs from, or what pip installed."""

from __future__ import annotations

import sys
from pathlib import Path

PROGRAM = "program"  # the folder of a kit that holds the frozen program
KEYS = "keys"

# An installed place holds kits under ``versions/``, and ``current`` names the one in use.
VERSIONS, CURRENT = "versions", "current"


def home() -> Path:
    """The folder that holds ``bundles/`` and ``keys/``.

    A frozen program lies in a kit, one folder deep; what pip installed lies under the environment.
    """
    if getattr(sys, "frozen", False):
        return Path(sys.executable).resolve().parent.parent
    return Path(sys.prefix) / "share" / "lightbox"


def place_of(kit: Path) -> Path | None:
    """The installed place that a kit's folder belongs to, or None of a kit that lies by itself."""
    place = kit.parent.parent
    return place if kit.parent.name == VERSIONS and (place / CURRENT).is_file() else None


def keys_folder(kit: Path | None = None) -> Path:
    """Where the trusted keys of a kit lie, by default of this program's home.

    An installed kit uses the keys of its place: trust outlives a version.
    """
    folder = home() if kit is None else kit
    return (place_of(folder) or folder) / KEYS
