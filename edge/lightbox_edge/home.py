"""Where the program's own things lie: the folder of the kit that it runs from, or what pip installed."""

from __future__ import annotations

import os
import sys
from pathlib import Path

PROGRAM = "program"  # the folder of a kit that holds the frozen program


def home() -> Path:
    """The folder that holds ``bundles/`` and ``keys/``.

    A frozen program lies in a kit, one folder deep; what pip installed lies under the environment.
    """
    if getattr(sys, "frozen", False):
        return Path(sys.executable).resolve().parent.parent
    return Path(sys.prefix) / "share" / "lightbox"


def keys_folder() -> Path:
    """The folder of the public keys that are trusted here; ``LIGHTBOX_KEYS`` names another."""
    named = os.environ.get("LIGHTBOX_KEYS")
    return Path(named) if named else home() / "keys"
