"""Where Lightbox keeps what it can always make again: compiled models, the rung chosen for this machine."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def cache_folder(part: str) -> Path:
    """The folder for one kind of thing, made if it can be; it holds no patient data.

    ``LIGHTBOX_CACHE`` names another place than the system's own.
    """
    folder = cache_root() / part
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # a read-only home: a cache is only a matter of speed
        return Path(tempfile.gettempdir()) / f"lightbox-{part}"
    return folder


def cache_root() -> Path:
    """The folder that holds all of them."""
    if chosen := os.environ.get("LIGHTBOX_CACHE"):
        return Path(chosen)
    home = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "lightbox"
