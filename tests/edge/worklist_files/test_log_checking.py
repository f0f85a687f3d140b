"""A write-ahead log that was left behind: torn at its end is no damage, changed in its middle is."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from lightbox_edge.worklist_files.log_checking import damaged_frame

PAGE, HEADER, FRAME = 4096, 32, 24 + 4096
TRANSACTIONS = 6


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """A database as a power cut leaves it: one row to a transaction, all in the log."""
    path = tmp_path / "w"
    with closing(sqlite3.connect(tmp_path / "at-work", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA page_size = {PAGE}")
        connection.execute("CREATE TABLE t (n INTEGER PRIMARY KEY, content BLOB)")
        for number in range(TRANSACTIONS):
            connection.execute("INSERT INTO t VALUES (?, randomblob(9000))", (number,))
        for end in ("", "-wal"):
            shutil.copy(f"{tmp_path / 'at-work'}{end}", f"{path}{end}")
    return path


def log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def rows(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM t").fetchone()[0])


def test_a_whole_log_is_whole(left: Path) -> None:
    assert damaged_frame(log_of(left)) is None
    assert damaged_frame(left.with_name("no-log")) is None


@pytest.mark.parametrize("place", [0, 8, 30, 24 + 100, 24 + PAGE - 1])
def test_a_bit_in_the_middle_is_found_where_sqlite_drops_rows(place: int, left: Path) -> None:
    log = log_of(left)
    content = bytearray(log.read_bytes())
    content[HEADER + 4 * FRAME + place] ^= 1
    log.write_bytes(content)
    assert damaged_frame(log) == 5
    assert rows(left) < TRANSACTIONS  # without a word, which is why this is looked for


@pytest.mark.parametrize("lost", [1, 100, FRAME, FRAME + 1, 2 * FRAME])
def test_a_torn_end_is_no_damage(lost: int, left: Path) -> None:
    log = log_of(left)
    log.write_bytes(log.read_bytes()[:-lost])
    assert damaged_frame(log) is None


def test_the_last_transaction_in_parts_is_no_damage(left: Path) -> None:
    """A disk may write its frames in any order before it is told to flush."""
    log = log_of(left)
    content = bytearray(log.read_bytes())
    content[-2 * FRAME : -FRAME] = bytes(FRAME)
    log.write_bytes(content)
    assert damaged_frame(log) is None
    assert rows(left) == TRANSACTIONS - 1


def test_what_an_earlier_round_left_behind_the_end_is_no_damage(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "w", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE t (n INTEGER PRIMARY KEY, content BLOB)")
        for number in range(TRANSACTIONS):
            connection.execute("INSERT INTO t VALUES (?, randomblob(9000))", (number,))
        connection.execute("PRAGMA wal_checkpoint(RESTART)")
        connection.execute("INSERT INTO t VALUES (100, 'new')")
        assert log_of(tmp_path / "w").stat().st_size > 3 * FRAME
        assert damaged_frame(log_of(tmp_path / "w")) is None
