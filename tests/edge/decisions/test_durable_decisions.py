"""Power cuts, two reviewers, a full disk, a held file, an old file: nothing lost, nothing invented."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from lightbox_edge import LightboxError, Review, Worklist, worklist_tables
from lightbox_edge.decisions import DecisionLog, verify
from tests.processes import environment
from tests.reviewed_films import JUDGE, entries, film, row, write_as_before

As = Callable[..., Review]

# Once it is told to, decides on one film again and again, with another note each time, and says each one.
APPENDS = """
import sys
from lightbox_edge import Review, Worklist
from lightbox_edge.browsing import Pages
from lightbox_edge.decisions import pins
pins.N = 2
with Worklist(sys.argv[1]) as worklist:
    review = Review(worklist)
    review.sign_in(sys.argv[2], "2468")
    film = Pages(worklist, review)[0]
    print(flush=True)
    for number in range(int(sys.argv[3]), int(sys.argv[4])):
        sys.stdin.readline()
        review.decide(film, "refer", note=f"{sys.argv[2]} {number}")
        print(f"{sys.argv[2]} {number}", flush=True)
"""


def ready(path: str, reader: str, first: int, end: int) -> subprocess.Popen[str]:
    """A process that is signed in and waits for a line before each decision."""
    call = [sys.executable, "-c", APPENDS, path, reader, str(first), str(end)]
    pipe = subprocess.PIPE
    process = subprocess.Popen(call, env=environment(), stdin=pipe, stdout=pipe, encoding="utf-8")
    assert process.stdout
    process.stdout.readline()
    return process


def go(process: subprocess.Popen[str], decisions: int) -> None:
    assert process.stdin
    process.stdin.write("\n" * decisions)
    process.stdin.flush()


def notes(worklist: Worklist) -> list[str]:
    with worklist.reading() as connection:
        found = connection.execute("SELECT json_extract(entry, '$.note') FROM decision ORDER BY number")
        return [note for (note,) in found]


def test_two_reviewers_at_once_make_one_chain(worklist: Worklist, reading_as: As) -> None:
    readers = ("Amina", "Björn")
    for reader in readers:
        reading_as(reader)
    processes = [ready(worklist.path, reader, 0, 60) for reader in readers]
    told: list[list[str]] = [[], []]
    for _ in range(20):  # three decisions each at once, so that neither is done before the other begins
        for process in processes:
            go(process, 3)
        for process, lines in zip(processes, told, strict=True):
            assert process.stdout
            lines += [process.stdout.readline().strip() for _ in range(3)]
    for process in processes:
        process.communicate(timeout=60)
    assert [process.returncode for process in processes] == [0, 0]
    assert verify(worklist).entries == 120
    order = notes(worklist)
    assert [len(one) for one in told] == [60, 60]
    assert [[note for note in order if note.startswith(reader)] for reader in readers] == told
    assert order not in (told[0] + told[1], told[1] + told[0])  # they did take turns


def test_killed_in_the_middle_loses_nothing_acknowledged(worklist: Worklist, reading_as: As) -> None:
    reading_as("Amina")
    told: list[str] = []
    for after in (1, 5, 20, 40):
        process = ready(worklist.path, "Amina", len(told), 10**6)
        go(process, 5000)
        assert process.stdout
        lines = [process.stdout.readline().strip() for _ in range(after)]
        time.sleep(0.001 * after)
        process.kill()
        rest, _ = process.communicate()
        acknowledged = lines + [line for line in rest.split("\n")[:-1] if line]
        kept = notes(worklist)[len(told) :]
        assert kept[: len(acknowledged)] == acknowledged
        assert len(kept) <= len(acknowledged) + 1  # at most the one that was durable and not yet told
        told += kept
        assert verify(worklist).entries == len(told)
    assert notes(worklist) == told
    assert DecisionLog(worklist).standings.taken == len(told)


def test_a_full_disk_records_nothing_and_says_so(worklist: Worklist, reading_as: As) -> None:
    review = reading_as("Amina")
    review.decide(row(worklist, 0), "agree")
    connection = review._worklist._connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")
    recorded, said = 0, ""
    while not said:
        try:
            review.decide(row(worklist, 1), "refer", note=f"{recorded} {'x' * 400}")
            recorded += 1
        except LightboxError as error:
            said = str(error)
    assert "database or disk is full" in said
    assert verify(worklist).entries == 1 + recorded
    assert review.standing(row(worklist, 1)) == Review(worklist).standing(row(worklist, 1))
    connection.execute("PRAGMA max_page_count = 100000")
    review.decide(row(worklist, 2), "agree")
    assert verify(worklist).entries == 2 + recorded


def test_a_held_file_is_a_sentence_and_records_nothing(worklist: Worklist, reading_as: As) -> None:
    reading_as("Amina")
    with Worklist(worklist.path, patience=0.05) as hasty, worklist.writing():
        review = Review(hasty)
        review.reader = "Amina"
        with pytest.raises(LightboxError) as caught:
            review.decide(row(hasty, 0), "agree")
        assert review.standing(row(hasty, 0)).decisions == ()
    assert str(caught.value) == (
        f"The worklist {worklist.path} is held by another program: nothing was written; try again when that "
        "has finished."
    )
    assert verify(worklist).entries == 0


def test_an_append_that_is_interrupted_leaves_no_trace(
    worklist: Worklist, reading_as: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = reading_as("Amina")
    review.decide(row(worklist, 0), "agree")
    before = entries(worklist.path)

    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("lightbox_edge.decisions.log.link", interrupted)
        with pytest.raises(KeyboardInterrupt):
            review.decide(row(worklist, 0), "refer")
    assert review.standing(row(worklist, 0)).answer == "agree"
    assert entries(worklist.path) == before
    review.undo(row(worklist, 0))
    assert verify(worklist).entries == 2


def test_an_old_file_takes_decisions_and_keeps_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of the version before, with its judge's row as that version wrote it."""
    path = tmp_path / "old.worklist"
    with monkeypatch.context() as older:
        older.setattr(worklist_tables, "MIGRATIONS", worklist_tables.MIGRATIONS[:2])
        with Worklist(path) as old, old.writing() as connection:
            connection.execute(
                "INSERT INTO judge (id, bundle, precision, findings)"
                " VALUES ('j1', 'chest-open', 'int8', '[]')"
            )
            for number in (0, 1):
                write_as_before(connection, "j1", film(number))
            rows = list(old.results())
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
    with Worklist(path) as worklist:
        assert list(worklist.results()) == rows
        review = Review(worklist)
        review.readers.add("Amina", "2468")
        review.sign_in("Amina", "2468")
        review.decide(row(worklist, 0), "agree")
        (one,) = review.standing(row(worklist, 0)).decisions
        assert (one.machine.judge, one.machine.version, one.machine.calibration) == ("j1", "", "")
        worklist.add_judge(JUDGE)  # the next screening with the same bundle says what was not known
        assert {judge for judge, _ in worklist.judged()} == {
            type(JUDGE)("j1", "chest-open", "int8", (), "1.0", "c1")
        }
        assert verify(worklist).entries == 1
