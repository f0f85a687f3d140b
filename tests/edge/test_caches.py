"""Where caches lie: as the system or the user says, and never in the way of a run."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from lightbox_edge.caches import cache_folder, cache_root


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LIGHTBOX_CACHE", "LOCALAPPDATA", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)


def test_the_user_comes_before_windows_before_linux_before_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    assert cache_root() == tmp_path / "home" / ".cache" / "lightbox"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_root() == tmp_path / "xdg" / "lightbox"
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "windows"))
    assert cache_root() == tmp_path / "windows" / "lightbox"
    monkeypatch.setenv("LIGHTBOX_CACHE", str(tmp_path / "mine"))
    assert cache_root() == tmp_path / "mine"


def test_each_part_has_a_folder_that_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIGHTBOX_CACHE", str(tmp_path / "mine"))
    assert cache_folder("choices") == tmp_path / "mine" / "choices"
    assert cache_folder("choices").is_dir()


def test_where_nothing_can_be_made_it_is_the_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("LIGHTBOX_CACHE", str(tmp_path / "file"))
    assert cache_folder("openvino") == Path(tempfile.gettempdir()) / "lightbox-openvino"
