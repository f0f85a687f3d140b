"""Where the program's own things lie: the folder of the kit that it runs from, or what pip installed."""

from __future__ import annotations

import os
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
    versions = kit.resolve().parent
    is_place = versions.name == VERSIONS and (versions.parent / CURRENT).is_file()
    return versions.parent if is_place else None


def keys_of(kit: Path) -> Path:
    """The folder of the public keys that a kit trusts; an installed one has its place's, across versions."""
    return (place_of(kit) or kit) / KEYS


def keys_folder() -> Path:
    """The folder of the public keys that are trusted here; ``LIGHTBOX_KEYS`` names another."""
    named = os.environ.get("LIGHTBOX_KEYS")
    return Path(named) if named else keys_of(home())
