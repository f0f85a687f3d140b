"""What a file seems to be, by its first page: a plain worklist, an encrypted one, or something else."""

from __future__ import annotations

import zlib
from pathlib import Path

PAGE = 4096  # bytes
_MAGIC = b"SQLite format 3\x00"


def is_plain(path: Path) -> bool:
    """Whether a file begins as SQLite's do."""
    return head(path).startswith(_MAGIC)


def is_encrypted(path: Path) -> bool:
    """Whether a file may be an encrypted worklist: it has no SQLite's beginning, and looks like noise.

    SQLCipher leaves no mark to know it by; noise does not compress, and zeros and texts do.
    """
    first = head(path)
    return len(first) == PAGE and not first.startswith(_MAGIC) and len(zlib.compress(first)) >= PAGE


def head(path: Path) -> bytes:
    """The first page, or as much of it as there is."""
    try:
        with path.open("rb") as file:
            return file.read(PAGE)
    except OSError:
        return b""
