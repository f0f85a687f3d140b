"""Laptops of a clinic: worklists that are screened into, decided in, copied and merged, in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing

from lightbox_edge import Outcome, Result, Review, Worklist
from lightbox_edge.decisions import Answer, Mode, ReviewRow
from lightbox_edge.decisions.readers import Readers
from lightbox_edge.merging.union import unite
from lightbox_edge.reading import Source
from lightbox_edge.results import FindingScore
from lightbox_edge.worklist import FileResults
from tests.reviewed_films import JUDGE

PIN = "2468"
# What two worklists are compared by: everything but the pictures' row numbers.
TABLES = {
    "judge": "id, bundle, precision, findings, first_used, version, calibration",
    "picture": "judge, location, member, frame, path, bytes, modified_ns, sha256, status, triage, outcome,"
    " judged_at, patient, flagged_for, reasons",
    "film": "judge, sha256, frame, anomaly_rank, anomaly_films, patches",
    "film_features": "judge, sha256, frame, features",
    "reader": "registration, person, key, name, pin, wrong, waits_until, added_at",
    "decision": "number, follows, entry, hash",
    "sqlite_sequence": "name, seq",
}


def content(worklist: Worklist) -> dict[str, list[tuple[object, ...]]]:
    """All that a worklist holds, in an order of its own; the log in its order."""
    with worklist.reading() as connection:
        return {
            table: connection.execute(f"SELECT {columns} FROM {table} ORDER BY {columns}").fetchall()  # noqa: S608
            for table, columns in TABLES.items()
        }


def laptop() -> Worklist:
    """A new worklist."""
    made = Worklist(":memory:")
    made.add_judge(JUDGE)
    return made


def copy(worklist: Worklist) -> Worklist:
    """What somebody carries to the other laptop."""
    made = Worklist(":memory:")
    worklist._connection.backup(made._connection)
    return made


def merged(*sources: Worklist, one_person: Sequence[str] = ()) -> Worklist:
    """The union, in a new worklist."""
    made = Worklist(":memory:")
    unite(sources, made, one_person)
    return made


def screened(
    worklist: Worklist, place: int, film: int | None, judged_at: str = "2026-11-22 10:00:00"
) -> None:
    """A film is seen at a place; None is a file that could not be read."""
    path, sha256 = f"/media/card/{place}.png", None if film is None else f"{film:x}" * 64
    outcome = (
        Outcome("unreadable", "not judged", ("unreadable",))
        if film is None
        else Outcome("judged", "flagged", (), (FindingScore("effusion", 0.9, 0.5, True),))
    )
    file = FileResults(
        Source(path, path, (), 1, film or 0), sha256, (Result(path, None, sha256, outcome),), (b"p",), (b"f",)
    )
    worklist.commit(JUDGE, [file])
    with worklist.writing() as connection:
        connection.execute("UPDATE picture SET judged_at = ? WHERE location = ?", (judged_at, path))


def row(film: int) -> ReviewRow:
    """The row that a film has wherever it lies."""
    path = f"/media/card/{film}.png"
    scores = (FindingScore("effusion", 0.9, 0.5, True),)
    return ReviewRow(Result(path, None, f"{film:x}" * 64, Outcome("judged", "flagged", (), scores)), JUDGE)


def reading(worklist: Worklist, reader: str, mode: Mode = "ai-first", pin: str = PIN) -> Review:
    """The worklist in the hands of a reader, who is added if he is not there yet."""
    review = Review(worklist, mode)
    if reader not in Readers(worklist).names():
        review.readers.add(reader, pin)
    review.sign_in(reader, pin)
    return review


def decided(worklist: Worklist, reader: str, film: int, answer: Answer, mode: Mode = "ai-first") -> None:
    reading(worklist, reader, mode).decide(row(film), answer)


def stands(worklist: Worklist, film: int) -> list[tuple[str, str]]:
    """Who says what of a film."""
    return [(one.reader, one.words) for one in Review(worklist).standing(row(film)).decisions]


def in_all(worklists: Iterable[Worklist], question: str) -> set[tuple[object, ...]]:
    """The rows that a question finds in any of them."""
    found: set[tuple[object, ...]] = set()
    for one in worklists:
        with one.reading() as connection, closing(connection.cursor()) as cursor:
            found.update(cursor.execute(question))
    return found
