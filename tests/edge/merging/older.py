"""A worklist made into one of a Lightbox that did not know of merging, to be opened by this one."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import msgspec

from lightbox_edge.decisions.chain import START, link

_BEFORE = """
    CREATE TABLE older (
        key TEXT PRIMARY KEY, name TEXT NOT NULL, pin TEXT NOT NULL, wrong INTEGER NOT NULL DEFAULT 0,
        waits_until INTEGER NOT NULL DEFAULT 0, added_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
    INSERT INTO older SELECT key, name, pin, wrong, waits_until, added_at FROM reader;
    DROP TABLE reader;
    ALTER TABLE older RENAME TO reader;
    ALTER TABLE decision DROP COLUMN follows;
    CREATE TRIGGER decision_stays BEFORE UPDATE ON decision BEGIN
        SELECT RAISE(ABORT, 'a decision is never changed'); END;
    PRAGMA user_version = 5;
"""


def make_older(path: str) -> None:
    """Write the log anew as it was: no registration, an undo by number; then the tables as they were."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER decision_stays")
        numbers: dict[str, int] = {}
        head = START
        for number, entry, digest in connection.execute(
            "SELECT number, entry, hash FROM decision"
        ).fetchall():
            said = msgspec.json.decode(entry)
            said.pop("registration", None)
            if "undoes" in said:
                said["undoes"] = numbers[said["undoes"]]
            numbers[digest] = number
            written = msgspec.json.encode(said, order="sorted")
            head = link(head, written)
            connection.execute(
                "UPDATE decision SET entry = ?, hash = ? WHERE number = ?", (written.decode(), head, number)
            )
        connection.executescript(_BEFORE)
