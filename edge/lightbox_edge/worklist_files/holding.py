"""Whether another program has a worklist open; asked of the system, so that no key is needed."""

from __future__ import annotations

import sys
from pathlib import Path

from lightbox_edge.errors import LightboxError

# SQLite's own place of locks: every connection in write-ahead mode holds a shared one there.
# https://www.sqlite.org/src/file/src/os.h, PENDING_BYTE
_FIRST, _COUNT = 0x40000000 + 2, 510


def refuse_if_held(path: Path) -> None:
    """Never to be called while this very process has the file open: closing it would drop SQLite's locks.

    Raises:
        LightboxError: another program has the file open.
    """
    if path.exists() and _is_held(path):
        raise LightboxError(
            f"The worklist {path} is open in another program: end screening and review, then try again."
        )


if sys.platform == "win32":

    def _is_held(path: Path) -> bool:
        """An open file cannot be renamed there."""
        other = path.with_name(f"{path.name}.held")
        try:
            path.rename(other)
        except OSError:
            return True
        other.rename(path)
        return False

else:
    import fcntl

    def _is_held(path: Path) -> bool:
        with path.open("r+b") as file:
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _COUNT, _FIRST)
            except OSError:
                return True
        return False
