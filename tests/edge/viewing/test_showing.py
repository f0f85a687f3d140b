"""The system's own viewer: found, called with the file, and missed without harm."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pytest

from lightbox_edge import LightboxError
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.reading.film_frames import FilmFrame
from lightbox_edge.viewing import Film, View, open_with_system
from lightbox_edge.viewing.film import presets_of
from lightbox_edge.viewing.showing import ShownFilms
from tests.processes import PATIENCE

pytestmark = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="xdg-open")


def test_without_a_display_or_a_program_there_is_no_viewer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert not open_with_system(tmp_path / "film.png")
    monkeypatch.setenv("DISPLAY", ":7")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not open_with_system(tmp_path / "film.png")


def test_the_viewer_gets_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    opener, told = tmp_path / "xdg-open", tmp_path / "told"
    opener.write_text(f'#!/bin/sh\necho "$@" > "{told}.part"\n/bin/mv "{told}.part" "{told}"\n')
    opener.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-7")
    assert open_with_system(tmp_path / "film 1.png")
    ends = time.monotonic() + PATIENCE
    while not told.exists() and time.monotonic() < ends:
        time.sleep(0.01)
    assert told.read_text() == f"{tmp_path}/film 1.png\n"


def test_a_temporary_folder_that_cannot_be_made_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere/at/all")
    frame = FilmFrame(Radiograph(np.zeros((4, 4), np.uint8), (4, 4)))
    with pytest.raises(LightboxError, match="The film cannot be written for the viewer: No such file"):
        ShownFilms().write(Film(frame, presets_of(frame, None)), View(), (), ["words"])
