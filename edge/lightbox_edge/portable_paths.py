"""Paths that a manifest or a list of sums may name: the same file on every system, inside one folder."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

_FORBIDDEN = re.compile(r'[<>:"|?*\\]')  # what Windows has no file name for, or reads as a path
_DEVICE = re.compile(r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])(\..*)?", re.IGNORECASE)
_LONGEST = 240


def is_portable(path: str) -> bool:
    r"""Whether a relative path with ``/`` names one plain file on Linux and on Windows.

    So it is not empty, and has no part such as ``..``, ``C:x``, ``a\b``, ``NUL.txt`` or one that ends in a
    dot or a space, which Windows drops.
    """
    parts = path.split("/")
    return (
        len(path) <= _LONGEST
        and path.isprintable()
        and not _FORBIDDEN.search(path)
        and not any(part in ("", ".", "..") or part[-1] in ". " or _DEVICE.fullmatch(part) for part in parts)
    )


def inside(folder: Path, path: str) -> Path | None:
    """Where a path lies in a folder; None if it is not portable or a link leads out of the folder."""
    whole = folder / PurePosixPath(path)
    try:
        if is_portable(path) and whole.resolve().is_relative_to(folder.resolve()):
            return whole
    except (OSError, RuntimeError, ValueError):  # a loop of links
        pass
    return None
