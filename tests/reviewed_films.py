"""A few films in a worklist to decide on, and a way to change the log as an intruder would."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import msgspec

from lightbox_edge import Outcome, Result, Worklist
from lightbox_edge.decisions import ReviewRow
from lightbox_edge.reading import Source
from lightbox_edge.results import FindingScore, Triage
from lightbox_edge.worklist import FileResults, Judge

JUDGE = Judge("j1", "chest-open", "int8", ("effusion", "mass"), "1.0", "c1")
TRIAGES: tuple[Triage, ...] = ("flagged", "flagged", "not flagged", "uncertain", "not judged")


def film(number: int) -> FileResults:
    """Film 0 and 1 are flagged for an effusion, 2 is not flagged, 3 uncertain, 4 not judged."""
    triage = TRIAGES[number]
    status = "not judged" if triage == "not judged" else "judged"
    scores = (FindingScore("effusion", 0.9, 0.5, triage == "flagged"),) if status == "judged" else ()
    path, sha256 = f"films/{number}.png", str(number) * 64
    row = Result(path, None, sha256, Outcome(status, triage, (), scores))
    return FileResults(Source(path, path, (), 1, 1), sha256, (row,))


def fill(worklist: Worklist, *numbers: int) -> None:
    """Have these films judged, or all of them."""
    worklist.add_judge(JUDGE)
    worklist.commit(JUDGE, [film(number) for number in numbers or range(len(TRIAGES))])


def row(worklist: Worklist, number: int) -> ReviewRow:
    """The row of a film, whether or not a mode offers it."""
    judged = ((result, judge) for judge, result in worklist.judged())
    return next(ReviewRow(*one) for one in judged if one[0].sha256 == str(number) * 64)


def entries(path: str) -> list[tuple[int, str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT number, entry, hash FROM decision ORDER BY number").fetchall()


def write_as_before(connection: sqlite3.Connection, judge: str, file: FileResults) -> None:
    """The rows of a file as a Lightbox wrote them before they had columns to filter by."""
    for one in file.results:
        connection.execute(
            "INSERT INTO picture (judge, location, member, frame, path, bytes, modified_ns, sha256, status,"
            " triage, outcome) VALUES (?, ?, '', ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                judge, file.source.location, one.frame or 0, one.file, file.source.bytes,
                file.source.modified_ns, file.sha256, one.outcome.status, one.outcome.triage,
                msgspec.json.encode(one.outcome).decode(),
            ),
        )  # fmt: skip


def tamper(path: str, *statements: tuple[str, tuple[object, ...]]) -> None:
    """Change the file as somebody would who knows SQLite: without the triggers."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement, values in statements:
            connection.execute(statement, values)
