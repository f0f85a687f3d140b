"""Copying a kit so that it lies on the disk, whole, before anybody relies on it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from lightbox_edge.durable import flush_folder
from lightbox_edge.errors import KitError
from lightbox_edge.kit.layout import EXECUTABLE, SIGNATURE, SUMS
from lightbox_edge.kit.reading import Watcher, pieces
from lightbox_edge.kit.seal import Seal


def copy_kit(kit: Path, seal: Seal, to: Path, watcher: Watcher) -> None:
    """Copy the files that the seal names into a new folder, and the sums as they were verified.

    Raises:
        KitError: files are not what the sums say; all of them are named.
        LightboxError: a file of the kit cannot be read.
        OSError: the disk takes no more.
    """
    changed = [
        path
        for path, sha256 in seal.sums.items()
        if _write(to / path, _watched(kit / path, watcher), 0o755 if path in EXECUTABLE else 0o644) != sha256
    ]
    if changed:
        raise KitError(
            f"{kit} is not whole: {', '.join(changed)} changed since it was sealed; get the kit again."
        )
    _write(to / SUMS, [seal.content], 0o644)
    _write(to / SIGNATURE, pieces(kit / SIGNATURE), 0o644)
    for folder in {to, *(parent for path in seal.sums for parent in _folders(to, path))}:
        flush_folder(folder)


def _watched(path: Path, watcher: Watcher) -> Iterator[bytes]:
    for piece in pieces(path):
        yield piece
        watcher.advance(len(piece))


def _write(path: Path, parts: Iterable[bytes], mode: int) -> str:
    """Write a new file and flush it to the disk; its SHA-256. The umask may take from ``mode``."""
    digest = hashlib.sha256()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    with os.fdopen(handle, "wb") as out:
        for part in parts:
            out.write(part)
            digest.update(part)
        out.flush()
        os.fsync(handle)
        if hasattr(os, "posix_fadvise"):  # so that what is verified afterwards comes from the disk
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
    return digest.hexdigest()


def _folders(to: Path, path: str) -> Iterator[Path]:
    for parent in (to / path).parents:
        if parent == to:
            return
        yield parent
