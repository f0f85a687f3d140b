"""One place for a user's data, and files that are their owner's alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from lightbox_edge import Worklist
from lightbox_edge.caches import cache_root
from lightbox_edge.data_place import data_place, default_worklist, use_data_place
from lightbox_edge.private_files import make_private_file, make_private_folder, narrow

posix = pytest.mark.skipif(os.name != "posix", reason="Windows has no modes")


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_without_the_variable_everything_lies_where_it_always_lay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LIGHTBOX_DATA", raising=False)
    before = dict(os.environ)
    use_data_place()
    assert dict(os.environ) == before
    assert data_place() is None
    assert default_worklist() == Path("lightbox.worklist")


def test_with_it_worklist_caches_and_temporary_files_lie_in_one_folder(tmp_path: Path) -> None:
    told = """
import tempfile
from lightbox_edge.caches import cache_folder
from lightbox_edge.data_place import default_worklist, use_data_place
use_data_place()
print(default_worklist(), cache_folder("choices"), tempfile.gettempdir(), sep="\\n")
"""
    place = tmp_path / "data"
    env = {name: value for name, value in os.environ.items() if name != "LIGHTBOX_CACHE"}
    done = subprocess.run(
        [sys.executable, "-c", f"import os; os.umask(0); {told}"],
        env={**env, "LIGHTBOX_DATA": str(place)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == [
        str(place / "lightbox.worklist"), str(place / "caches" / "choices"), str(place / "temporary"),
    ]  # fmt: skip
    if os.name == "posix":
        assert {mode(one) for one in (place, place / "caches" / "choices", place / "temporary")} == {0o700}


def test_a_cache_that_is_named_lies_there_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIGHTBOX_DATA", str(tmp_path))
    monkeypatch.setenv("LIGHTBOX_CACHE", str(tmp_path / "mine"))
    assert cache_root() == tmp_path / "mine"


@posix
def test_a_worklist_and_its_side_files_are_their_owners_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with Worklist(tmp_path / "t.worklist"):
            files = list(tmp_path.iterdir())
            assert len(files) == 3
            assert {mode(one) for one in files} == {0o600}
    finally:
        os.umask(before)


@posix
def test_a_wider_file_of_an_older_lightbox_is_narrowed_and_that_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "t.worklist"
    Worklist(path).close()
    path.chmod(0o664)
    with Worklist(path):
        assert {mode(one) for one in tmp_path.iterdir()} == {0o600}
    assert caplog.messages == [f"Other users could read {path}: now only its owner can."]
    with Worklist(path):
        assert len(caplog.messages) == 1


@posix
def test_a_disk_without_modes_is_told_of_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As exFAT does it: chmod is taken and changes nothing, and every file is wide."""
    monkeypatch.setattr("lightbox_edge.private_files._is_open", lambda _: True)
    make_private_file(tmp_path / "t.worklist")
    assert len(caplog.messages) == 1
    assert "on a disk without file modes" in caplog.messages[0]
    make_private_file(tmp_path / "t.worklist")
    narrow(tmp_path / "t.worklist")
    assert len(caplog.messages) == 1


def test_a_folder_that_is_there_keeps_its_rights(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert make_private_folder(tmp_path) == tmp_path
    assert mode(tmp_path) == 0o755
    assert tempfile.gettempdir()
