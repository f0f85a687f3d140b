"""Writing a file so that a power cut leaves the old one or the new one, never half of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from lightbox_edge.errors import LightboxError

PRIVATE = 0o600  # what tempfile makes


def write_durably(path: Path, content: bytes, mode: int = PRIVATE) -> None:
    """Write a temporary file beside ``path``, flush it to the disk, put it in place, flush the folder."""
    write_parts_durably(path, [content], mode)


def write_parts_durably(path: Path, parts: Iterable[bytes], mode: int = PRIVATE) -> None:
    """The same of a content that comes in parts and is never whole in memory.

    The file is its owner's alone to read, whatever the umask is, unless ``mode`` says otherwise.
    """
    try:
        handle, fresh = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as out:
                if mode != PRIVATE:
                    with suppress(PermissionError):  # sticks have no modes
                        Path(fresh).chmod(mode)
                out.writelines(parts)
                out.flush()
                os.fsync(out.fileno())
            Path(fresh).replace(path)
        except BaseException:
            Path(fresh).unlink(missing_ok=True)
            raise
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
