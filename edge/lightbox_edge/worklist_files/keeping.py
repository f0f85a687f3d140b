"""A worklist's last good copy: made beside it while it is in use, checked, and only then put in place."""

from __future__ import annotations

import glob
import logging
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import Connection
from time import time
from types import TracebackType

from lightbox_edge.durable import flush_folder
from lightbox_edge.errors import LightboxError
from lightbox_edge.worklist_files.beside import last_good, set_aside
from lightbox_edge.worklist_files.checking import Contents, Damage, examine
from lightbox_edge.worklist_files.connecting import connect, database_errors
from lightbox_edge.worklist_files.key import Key

INTERVAL = 600  # seconds between copies; one takes about a second for 50,000 rows
_PATIENCE = 30  # seconds
_LEFT = 3600  # seconds after which nobody writes a temporary file any more
_log = logging.getLogger(__name__)


class KeepsCopy:
    """A context manager: keeps the last good copy of a worklist up to date, in a thread of its own.

    A copy is made every `INTERVAL` seconds in which something was written, by whichever program, and at
    the end, unless that came by an error. Whatever goes wrong is said at the end and ends nothing.
    """

    def __init__(self, path: str, key: Key | None = None, interval: float = INTERVAL) -> None:
        self._path, self._key, self._interval = Path(path), key, interval
        self._end, self._was_clean, self._said = threading.Event(), True, ""
        self._thread = threading.Thread(target=self._run, name="last good copy", daemon=True)

    def __enter__(self) -> KeepsCopy:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._was_clean = kind is None
        self._end.set()
        self._thread.join()
        if self._said:
            _log.warning("%s", self._said)

    def _run(self) -> None:
        try:
            with closing(connect(str(self._path), self._key, _PATIENCE)) as connection:
                known: int | None = _version(connection)
                if not is_current(self._path):  # asked after the number, so that no write falls between
                    known = None
                while not self._end.wait(self._interval) or self._was_clean:
                    if (now := _version(connection)) != known:
                        self._keep()
                        known = now
                    if self._end.is_set():
                        return
        except database_errors() as error:
            self._said = f"No good copy of {self._path} was kept: {error}."

    def _keep(self) -> None:
        try:
            keep_copy(self._path, self._key)
            self._said = ""
        except LightboxError as error:
            self._said = str(error)


def is_current(path: Path) -> bool:
    """Whether the last good copy was made after everything that is in the file: the end was a clean one."""
    try:
        return not has_log(path) and last_good(path).stat().st_mtime_ns >= path.stat().st_mtime_ns
    except OSError:
        return False


def has_log(path: Path) -> bool:
    """Whether a write-ahead log holds what is not in the file yet: it is in use, or a power cut left it."""
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


def keep_copy(path: Path, key: Key | None) -> None:
    """Put a copy of the file, as it is at one moment, in the place of its last good copy.

    A copy that holds more decisions than the new one is not overwritten but set aside.

    Raises:
        LightboxError: the file is damaged or the copy cannot be written; the copy of before stays.
    """
    copy = last_good(path)
    try:
        with _fresh(copy) as fresh:
            made = _copy(path, fresh, key)
            if isinstance(made, Damage):
                raise LightboxError(
                    f"The worklist {path} is damaged ({made.fact}): end every Lightbox, then run lightbox "
                    "worklist verify, which restores its last good copy."
                )
            _guard_decisions(path, copy, key, made)
            fresh.replace(copy)
        flush_folder(copy.parent)
    except database_errors(OSError) as error:
        raise LightboxError(f"No good copy of {path} could be made ({error}): look at the disk.") from error


@contextmanager
def _fresh(copy: Path) -> Iterator[Path]:
    """A temporary file beside a copy, gone afterwards unless it was moved; so are those that a kill left."""
    prefix = f".{copy.name}."
    for left in copy.parent.glob(f"{glob.escape(prefix)}*"):
        if time() - left.stat().st_mtime > _LEFT:
            left.unlink(missing_ok=True)
    handle, name = tempfile.mkstemp(dir=copy.parent, prefix=prefix)
    os.close(handle)
    fresh = Path(name)
    try:
        yield fresh
    finally:
        fresh.unlink(missing_ok=True)


def _copy(path: Path, fresh: Path, key: Key | None) -> Contents | Damage:
    """Copy all pages in one step, so that others may write meanwhile, and look at each."""
    with closing(connect(str(path), key, _PATIENCE)) as source, closing(connect(str(fresh), key, 0)) as made:
        source.execute("PRAGMA wal_checkpoint(PASSIVE)")  # what is in the file is then older than its copy
        made.execute("PRAGMA synchronous = OFF")
        source.backup(made)
        made.execute("PRAGMA journal_mode = DELETE")  # one file without a log
    found = examine(fresh, key, thoroughly=True)
    with fresh.open("r+b") as file:
        os.fsync(file.fileno())
    return found


def _guard_decisions(path: Path, copy: Path, key: Key | None, made: Contents) -> None:
    if not copy.exists():
        return
    before = examine(copy, key, thoroughly=False)
    if isinstance(before, Contents) and before.decisions > made.decisions:
        aside = set_aside(copy, "-")
        copy.replace(aside)
        _log.warning(
            "The last good copy of %s held %d decisions and the worklist itself %d: that copy is kept as %s.",
            path, before.decisions, made.decisions, aside,
        )  # fmt: skip


def _version(connection: Connection) -> int:
    """A number that is another one as soon as another connection has written."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])
