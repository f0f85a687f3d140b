"""The folder of received films: one file an object, room for what comes, nothing half written."""

from __future__ import annotations

import stat
from collections import namedtuple
from pathlib import Path

import pytest

from lightbox_edge.errors import LightboxError
from lightbox_edge.receiving.inbox import Inbox, NoRoom

UID = "1.2.826.0.1.3680043.10.1"


def test_the_same_object_is_one_file_and_another_content_is_another(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "in", 1000)
    first = inbox.keep(UID, b"film")
    assert first is not None
    assert first.read_bytes() == b"film"
    assert inbox.keep(UID, b"film") is None
    assert inbox.keep(UID, b"mended") is not None
    assert len(list(inbox.films.iterdir())) == 2
    assert first.read_bytes() == b"film"


def test_files_are_their_owners_alone_and_called_after_hashes(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "in", 1000)
    made = inbox.keep("../../Doe^Jane", b"film")
    assert made is not None
    assert made.parent == tmp_path / "in" / "films"
    assert set(made.stem) <= set("0123456789abcdef-")
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert {stat.S_IMODE(one.stat().st_mode) for one in (tmp_path / "in", inbox.films)} == {0o700}


def test_what_a_killed_run_left_half_written_is_removed_and_never_among_the_films(tmp_path: Path) -> None:
    Inbox(tmp_path, 1000)
    (tmp_path / "unfinished" / ".a.dcm.x").write_bytes(b"ha")
    inbox = Inbox(tmp_path, 1000)
    assert list((tmp_path / "unfinished").iterdir()) == list(inbox.films.iterdir()) == []


def test_the_quota_holds_and_counts_again_when_films_are_moved_away(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, 10)
    held = inbox.keep(UID, b"12345678")
    assert held is not None
    with pytest.raises(NoRoom, match="holds all that --quota allows"):
        inbox.keep(UID + ".1", b"123")
    assert inbox.keep(UID, b"12345678") is None  # it is here already
    held.unlink()
    assert inbox.keep(UID + ".1", b"123") is not None
    with pytest.raises(NoRoom):
        Inbox(tmp_path, 10).keep(UID, b"12345678")  # what is there counts for the next run too


def test_a_disk_that_is_nearly_full_takes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "free")
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage(100))
    with pytest.raises(NoRoom, match="to spare"):
        Inbox(tmp_path, 1000, floor=98).keep(UID, b"123")
    assert Inbox(tmp_path, 1000, floor=97).keep(UID, b"123") is not None


def test_a_file_in_the_folders_place_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"")
    with pytest.raises(LightboxError, match="cannot be used"):
        Inbox(tmp_path / "in", 1000)
