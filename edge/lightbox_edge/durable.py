"""Writing a file so that a power cut leaves the old one or the new one, never half of it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from lightbox_edge.errors import LightboxError
from lightbox_edge.unfinished import unfinished

PRIVATE = 0o600  # what `unfinished` makes


def write_durably(path: Path, content: bytes, mode: int = PRIVATE) -> None:
    """Write a temporary file beside ``path``, flush it to the disk, put it in place, flush the folder.

    What a killed program left of the same file (`lightbox_edge.unfinished`) is removed.
    """
    write_parts_durably(path, [content], mode)


def write_parts_durably(path: Path, parts: Iterable[bytes], mode: int = PRIVATE) -> None:
    """The same of a content that comes in parts and is never whole in memory.

    The file is its owner's alone to read, whatever the umask is, unless ``mode`` says otherwise.
    """
    try:
        with unfinished(path) as fresh:
            with fresh.open("wb") as out:
                if mode != PRIVATE:
                    with suppress(PermissionError):  # sticks have no modes
                        fresh.chmod(mode)
                out.writelines(parts)
                out.flush()
                os.fsync(out.fileno())
            fresh.replace(path)
        flush_folder(path.parent)
    except OSError as error:
        raise LightboxError(f"{path} cannot be written: {error.strerror}.") from error


def put_durably(fresh: Path, path: Path) -> None:
    """Put a file in place that is whole already and lies on the same disk."""
    try:
        with fresh.open("rb+") as written:
            os.fsync(written.fileno())
        fresh.replace(path)
        flush_folder(path.parent)
    except OSError as error:
        raise LightboxError(f"{path} cannot be written: {error.strerror}.") from error


def flush_folder(folder: Path) -> None:
    """Make a rename inside ``folder`` durable, where the system has a way to (Windows has none)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
