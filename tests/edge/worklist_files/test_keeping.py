"""The last good copy: made at a clean end and in between, never of a damaged file, never over decisions."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from lightbox_edge import LightboxError, Review, Worklist
from lightbox_edge.worklist_files.beside import last_good
from lightbox_edge.worklist_files.keeping import KeepsCopy, is_current, keep_copy
from tests.reviewed_films import JUDGE, fill, film, row


def rows(path: Path) -> int:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        return int(connection.execute("SELECT count(*) FROM picture").fetchone()[0])


def test_a_clean_end_leaves_a_copy_that_is_current(path: Path) -> None:
    with Worklist(path) as worklist, KeepsCopy(worklist.path):
        worklist.commit(JUDGE, [film(0)])
        assert not last_good(path).exists()
    assert rows(last_good(path)) == 5
    assert is_current(path)
    assert last_good(path).stat().st_mode & 0o777 == 0o600
    assert sorted(one.name for one in path.parent.iterdir()) == [path.name, last_good(path).name]


def test_nothing_new_makes_no_new_copy(path: Path) -> None:
    keep_copy(path, None)
    before = last_good(path).stat()
    with Worklist(path) as worklist, KeepsCopy(worklist.path):
        list(worklist.results())
    assert last_good(path).stat().st_ino == before.st_ino


def test_an_error_leaves_the_copy_of_before(path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), Worklist(path) as worklist, KeepsCopy(worklist.path):
        raise KeyboardInterrupt
    assert not last_good(path).exists()


def test_nothing_is_made_where_a_stick_was_pulled(tmp_path: Path) -> None:
    """An empty worklist in its stead, with a copy of that, would pass for the clinic's own."""
    stick = tmp_path / "stick"
    stick.mkdir()
    with Worklist(stick / "w") as worklist, KeepsCopy(worklist.path):
        fill(worklist, 0)
        stick.rename(tmp_path / "pulled")
        stick.mkdir()
    assert list(stick.iterdir()) == []
    assert rows(tmp_path / "pulled" / "w") == 1


def test_copies_are_made_while_another_program_writes(path: Path) -> None:
    with Worklist(path) as worklist, Worklist(path) as other, KeepsCopy(worklist.path, interval=0.02):
        ends = time.monotonic() + 20
        while not last_good(path).exists():
            assert time.monotonic() < ends
            other.commit(JUDGE, [film(0)])


def test_what_a_log_left_or_a_later_writer_is_not_current(path: Path) -> None:
    assert not is_current(path)
    keep_copy(path, None)
    assert is_current(path)
    with Worklist(path) as worklist:
        worklist.commit(JUDGE, [film(0)])
        assert not is_current(path)
    assert not is_current(path)


def test_a_damaged_file_never_replaces_a_good_copy(path: Path) -> None:
    keep_copy(path, None)
    before = last_good(path).read_bytes()
    with path.open("r+b") as file:
        file.seek(3 * 4096)
        file.write(bytes(path.stat().st_size - 3 * 4096))
    with pytest.raises(LightboxError, match="lightbox worklist verify"):
        keep_copy(path, None)
    assert last_good(path).read_bytes() == before
    assert len(list(path.parent.iterdir())) <= 4  # the file, SQLite's own, the copy


def test_it_is_said_at_the_end(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with Worklist(path) as worklist, KeepsCopy(worklist.path):
        worklist.commit(JUDGE, [film(0)])
        path.parent.chmod(0o500)
        last_good(path).mkdir()  # root may write anywhere
    assert caplog.messages
    assert str(path) in caplog.messages[0]


def test_a_copy_with_more_decisions_is_kept(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Somebody put an older file in the worklist's place, or its log was lost."""
    older = path.read_bytes()
    with Worklist(path) as worklist:
        review = Review(worklist)
        review.sign_in("Amina", "2468")
        review.decide(row(worklist, 3), "refer")
    keep_copy(path, None)
    path.write_bytes(older)
    keep_copy(path, None)
    (aside,) = path.parent.glob("clinic.worklist.last-good-*")
    (said,) = caplog.messages
    assert "held 4 decisions and the worklist itself 3" in said
    assert said.endswith(f"is kept as {aside}.")
