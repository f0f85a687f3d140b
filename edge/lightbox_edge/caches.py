"""Where Lightbox keeps what it can always make again: compiled models, the rung chosen for this machine."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from lightbox_edge.data_place import data_place
from lightbox_edge.errors import LightboxError
from lightbox_edge.private_files import make_private_folder


def cache_folder(part: str) -> Path:
    """The folder for one kind of thing, made if it can be; it holds no patient data.

    ``LIGHTBOX_CACHE`` names another place than the system's own, and so does ``LIGHTBOX_DATA``.
    """
    folder = cache_root() / part
    try:
        make_private_folder(folder)
    except LightboxError:  # a read-only home: a cache is only a matter of speed
        return Path(tempfile.gettempdir()) / f"lightbox-{part}"
    return folder


def cache_root() -> Path:
    """The folder that holds all of them."""
    if chosen := os.environ.get("LIGHTBOX_CACHE"):
        return Path(chosen)
    if place := data_place():
        return place / "caches"
    home = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "lightbox"
