"""Whether a worklist's file is sound, asked without changing a byte of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from lightbox_edge.worklist_files.connecting import connect, database_errors
from lightbox_edge.worklist_files.key import Key

_PATIENCE = 5  # seconds


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds: its tables, its rows, the highest number of a decision.

    ``schema`` are the statements that made all its parts, ``version`` the number that the file says of them.
    """

    tables: frozenset[str]
    schema: frozenset[str]
    version: int
    rows: int
    decisions: int


@dataclass(frozen=True, slots=True)
class Damage:
    """What is wrong with a file, to stand in a sentence."""

    fact: str


def examine(path: Path, key: Key | None, *, thoroughly: bool) -> Contents | Damage:
    """Read a file's contents; ``thoroughly`` looks at every page (SQLite's quick_check).

    A write-ahead log or journal that a power cut left is a part of the file, and no damage.

    Raises:
        sqlite3.OperationalError: another program holds the file, or the disk does not give it.
    """
    try:
        with closing(connect(str(path), key, _PATIENCE, read_only=True)) as connection:
            if thoroughly and (said := connection.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
                return Damage(str(said).strip().splitlines()[-1])
            return contents(connection)
    except database_errors() as error:
        if not is_damage(error):
            raise
        return Damage(str(error))


def contents(connection: sqlite3.Connection) -> Contents:
    """What an open file holds."""
    tables = frozenset(
        str(name) for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    )
    schema = frozenset(str(sql) for (sql,) in connection.execute("SELECT sql FROM sqlite_master"))
    version = _number(connection, "PRAGMA user_version")
    rows = _number(connection, "SELECT count(*) FROM picture") if "picture" in tables else 0
    last = _number(connection, "SELECT max(number) FROM decision") if "decision" in tables else 0
    return Contents(tables, schema, version, rows, last)


def is_damage(error: Exception) -> bool:
    """Whether the file is wrong, and not the moment or the disk."""
    return type(error).__name__ == "DatabaseError" or "unsupported file format" in str(error)


def last_readable_decision(path: Path, key: Key | None) -> int:
    """The highest number of a decision that a damaged file still gives; 0 where it gives none."""
    last = 0
    try:
        with closing(connect(str(path), key, _PATIENCE, read_only=True)) as connection:
            for (number,) in connection.execute("SELECT number FROM decision ORDER BY number"):
                last = int(number)
    except database_errors():
        pass
    return last


def _number(connection: sqlite3.Connection, asked: str) -> int:
    return int(connection.execute(asked).fetchone()[0] or 0)
