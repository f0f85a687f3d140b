"""Files and folders that their owner alone can read, whatever the umask is.

Windows has no such modes: there a file has the rights of its folder, and a user's own folders are his alone.
Nor have FAT and exFAT, the usual file systems of a stick.
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from pathlib import Path

from lightbox_edge.errors import LightboxError

_OTHERS = 0o077  # what group and others may do
_log = logging.getLogger(__name__)


def make_private_folder(folder: Path) -> Path:
    """Make a folder and those above it, if it is not there; one that is there stays as it is.

    Raises:
        LightboxError: it cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise LightboxError(f"The folder {folder} cannot be made: {error.strerror}.") from error
    return folder


def make_private_file(path: Path) -> None:
    """Make an empty file, if it is not there; what cannot be made is left to whoever opens it to say."""
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        if _is_open(path):
            _log.warning(
                "%s lies on a disk without file modes: whoever uses this computer can read it, unless it is "
                "encrypted (lightbox worklist encrypt).",
                path,
            )


def narrow(path: Path) -> None:
    """Take a file's rights from group and others, and say so; on a disk without modes nothing changes."""
    with suppress(OSError):  # not there, or another user's
        if _is_open(path):
            path.chmod(path.stat().st_mode & 0o700)
            if not _is_open(path):
                _log.warning("Other users could read %s: now only its owner can.", path)


def _is_open(path: Path) -> bool:
    return os.name == "posix" and bool(path.stat().st_mode & _OTHERS)
