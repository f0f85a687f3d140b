"""The bytes of a kit's files in pieces, hashed, for some are too large to hold."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from lightbox_edge.bounded_file import read_at_most
from lightbox_edge.errors import LightboxError

_PIECE = 1 << 20
SMALL_BYTES = 8 << 20  # of the record and the sums, which are read whole before anything is verified


class Watcher(Protocol):
    """Whoever is told how far a long step is, in bytes."""

    def begin(self, step: str, size: int) -> None: ...

    def advance(self, size: int) -> None: ...


def pieces(path: Path) -> Iterator[bytes]:
    """A file's bytes in order.

    Raises:
        LightboxError: it cannot be read, or no longer.
    """
    try:
        with path.open("rb", buffering=0) as file:
            while piece := file.read(_PIECE):
                yield piece
    except OSError as error:
        raise unreadable(path, error) from error


def sha256_of(path: Path, watcher: Watcher) -> str:
    """A file's SHA-256.

    Raises:
        LightboxError: see `pieces`.
    """
    digest = hashlib.sha256()
    for piece in pieces(path):
        digest.update(piece)
        watcher.advance(len(piece))
    return digest.hexdigest()


def read_small(path: Path) -> bytes:
    """A file of at most `SMALL_BYTES`, whole.

    Raises:
        LightboxError: it cannot be read or is larger.
    """
    try:
        return read_at_most(path, SMALL_BYTES)
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> LightboxError:
    """The sentence of a file that the system does not give."""
    return LightboxError(
        f"{path} cannot be read ({error.strerror}): plug the stick in again, or use another."
    )
