"""The folder of films that were received: each is whole and on the disk before anybody is told that it is."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from lightbox_edge.durable import flush_folder, write_durably
from lightbox_edge.errors import LightboxError

FLOOR = 1 << 30  # bytes that stay free: the worklist on the same disk must be able to grow


class NoRoom(LightboxError):
    """A film does not fit into the quota, or the disk is nearly full; older films must be moved away."""


class Inbox:
    """Keeps films under ``folder``: whole ones in ``films``, what is being written in ``unfinished``.

    A file is called after hashes of its SOPInstanceUID and of its content, never after a patient, and is
    its owner's alone to read. For one thread at a time.

    Args:
        folder: is made if it is not there.
        quota: the most bytes that ``films`` may hold.
        floor: the fewest bytes that the disk must have free afterwards.

    Raises:
        LightboxError: the folder cannot be made.
    """

    def __init__(self, folder: Path, quota: int, floor: int = FLOOR) -> None:
        self.films, self._unfinished = folder / "films", folder / "unfinished"
        self._quota, self._floor = quota, floor
        try:
            for made in (folder, self.films, self._unfinished):
                made.mkdir(mode=0o700, parents=True, exist_ok=True)
                flush_folder(made.parent)
            for left in self._unfinished.iterdir():  # of a run that was killed: nobody was told of it
                left.unlink()
            self._held = self._counted()
        except OSError as error:
            raise LightboxError(f"The folder {folder} cannot be used: {error.strerror}.") from error

    def keep(self, instance_uid: str, content: bytes) -> Path | None:
        """Put a film on the disk; its file, or None where the very same has been there before.

        Another content under the same UID is another file: nothing that was acknowledged is overwritten.

        Raises:
            NoRoom: it does not fit.
            LightboxError: the disk reports an error.
        """
        name = f"{_digest(instance_uid.encode())[:32]}-{_digest(content)[:16]}.dcm"
        place, fresh = self.films / name, self._unfinished / name
        try:
            if place.exists():
                flush_folder(self.films)  # the run that wrote it may have died before it did
                return None
            self._check_room(len(content))
            write_durably(fresh, content)
            fresh.replace(place)
            flush_folder(self.films)
        except OSError as error:
            raise LightboxError(f"{place} cannot be written: {error.strerror}.") from error
        self._held += len(content)
        return place

    def _check_room(self, size: int) -> None:
        if self._held + size > self._quota:
            self._held = self._counted()  # somebody may have moved films away
        if self._held + size > self._quota:
            raise NoRoom(
                f"{self.films} holds all that --quota allows: move films that were read to another place."
            )
        if shutil.disk_usage(self.films).free - size < self._floor:
            raise NoRoom(
                f"The disk of {self.films} has less than {self._floor >> 20} MB to spare: make room on it."
            )

    def _counted(self) -> int:
        return sum(one.stat().st_size for one in self.films.iterdir())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
