"""A film in the system's own viewer: a PNG at full resolution with its overlay, in a private folder.

The folder is readable by its owner alone and goes when the program ends, for it holds patients' pictures.
What a power cut leaves of it goes when the next program shows a film, or with `remove_left`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from lightbox_edge.errors import LightboxError
from lightbox_edge.regions.drawing import with_words
from lightbox_edge.viewing.film import Film
from lightbox_edge.viewing.marks import Mark
from lightbox_edge.viewing.rendering import render
from lightbox_edge.viewing.view import Canvas, View

_PREFIX = "lightbox-films-"
_DAY = 86_400  # seconds after which no review that is still open shows a film


class ShownFilms:
    """The PNG files of one program; `close` removes them, and the program's end does at the latest."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._count = 0

    def write(self, film: Film, view: View, marks: Sequence[Mark], words: Sequence[str]) -> Path:
        """Write a whole film through the view's window with what is drawn upon it, and words beneath.

        Raises:
            LightboxError: the temporary folder cannot be written.
        """
        rows, columns = film.shape
        picture = render(film, view.whole(), Canvas(columns, rows), marks).convert("RGB")
        try:
            if self._folder is None:
                remove_left(_DAY)
                self._folder = tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True)
            self._count += 1
            file = Path(self._folder.name) / f"film-{self._count}.png"
            with_words(picture, list(words)).save(file, "PNG", compress_level=1)
        except OSError as error:
            raise LightboxError(f"The film cannot be written for the viewer: {error.strerror}.") from error
        return file

    def close(self) -> None:
        """Remove what was written."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def remove_left(seconds: int = 0) -> list[Path]:
    """Remove the folders in the temporary folder that programs left which were killed; those that went.

    ``seconds`` is how old a folder must at least be.
    """
    oldest, gone = time.time() - seconds, []
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):  # another user's
            if folder.stat().st_mtime <= oldest:
                shutil.rmtree(folder)
                gone.append(folder)
    return gone


def open_with_system(file: Path) -> bool:
    """Open a file with the program that the system has for it; False where there is none."""
    if sys.platform == "win32":
        try:
            os.startfile(file)  # noqa: S606  # a PNG of our own
        except OSError:
            return False
        return True
    opener = _opener()
    if opener is None:
        return False
    try:
        subprocess.Popen(  # noqa: S603  # a fixed program and a file of our own
            [opener, str(file)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    return True


def _opener() -> str | None:
    """The program that opens files; without a display xdg-open would take the terminal for itself."""
    if sys.platform == "darwin":
        return shutil.which("open")
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return None
    return shutil.which("xdg-open")
