"""The chain: what was appended verifies, what was changed, taken out or moved is found and named."""

from __future__ import annotations

import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightbox_edge import LightboxError, Review, Worklist
from lightbox_edge.decisions import DecisionLog, verify
from lightbox_edge.decisions.chain import START, canonical, link
from lightbox_edge.decisions.records import Answer, Decision, Entry, MachineView, Undo
from lightbox_edge.decisions.standing import Standings
from tests.reviewed_films import entries, row, tamper

VIEW = MachineView("j", "chest-open", "1", "int8", "c", "flagged", ("effusion",))
As = Callable[..., Review]
AT = "2026-11-22T10:00:00+00:00"


def decide(log: DecisionLog, reader: str, film: int, answer: Answer, note: str = "") -> Entry | None:
    def make(_: Standings, number: int) -> Entry:
        return Decision(
            number=number, at=AT, reader=reader, sha256=str(film) * 64, frame=0, kind="decision",
            answer=answer, machine=VIEW, note=note,
        )  # fmt: skip

    return log.append(make)


def undo(log: DecisionLog, reader: str, film: int) -> Entry | None:
    """Take back the reader's latest decision on a film, if there is one."""

    def make(standings: Standings, number: int) -> Entry | None:
        own = [one for one in standings.of((str(film) * 64, 0)).readings if one.reader == reader]
        if not own:
            return None
        return Undo(number=number, at=AT, reader=reader, sha256=str(film) * 64, frame=0, undoes=own[0].number)

    return log.append(make)


_reader, _film = st.sampled_from(["Amina", "Björn"]), st.integers(0, 2)
_note = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_answer = st.sampled_from(["agree", "disagree", "refer", "repeat", "cannot tell"])
_steps = st.lists(
    st.tuples(st.just(True), _reader, _film, _answer, _note) | st.tuples(st.just(False), _reader, _film),
    max_size=12,
)


def written(path: Path, steps: list[tuple[object, ...]]) -> int:
    """Do the steps through two connections in turn; the number of entries."""
    count = 0
    with Worklist(path) as one, Worklist(path) as other:
        logs = (DecisionLog(one), DecisionLog(other))
        for turn, (decides, *step) in enumerate(steps):
            made = (decide if decides else undo)(logs[turn % 2], *step)  # type: ignore[arg-type]  # as drawn
            count += made is not None
        for log in logs:
            log.refresh()
        assert all(
            logs[0].standings.of((str(film) * 64, 0)) == logs[1].standings.of((str(film) * 64, 0))
            for film in range(3)
        )
    return count


@settings(deadline=None, max_examples=25)
@given(_steps)
def test_any_appends_and_undos_verify_and_nothing_is_overwritten(steps: list[tuple[object, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "w"
        count = written(path, steps)
        with Worklist(path) as worklist:
            chain = verify(worklist)
            assert chain.entries == count == len(entries(worklist.path))
            head = START
            for number, entry, digest in entries(worklist.path):
                decoded = msgspec.json.decode(entry, type=Entry)
                assert decoded.number == number
                assert canonical(decoded) == entry.encode()
                head = link(head, entry.encode())
                assert digest == head
            assert chain.head == head


@pytest.fixture(scope="module")
def unguarded() -> Iterator[Worklist]:
    """Four decisions in a worklist whose triggers somebody has dropped."""
    with Worklist(":memory:") as worklist:
        log = DecisionLog(worklist)
        for number in range(4):
            decide(log, "Amina", number, "disagree", note="naïve")
        with worklist.writing() as connection:
            for name in ("decision_stays", "decision_is_kept", "decision_comes_last"):
                connection.execute(f"DROP TRIGGER {name}")
        yield worklist


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_any_changed_byte_of_any_row_is_named(unguarded: Worklist, data: st.DataObject) -> None:
    number = data.draw(st.integers(1, 4))
    column = data.draw(st.sampled_from(["entry", "hash"]))
    update = f"UPDATE decision SET {column} = CAST(? AS TEXT) WHERE number = ?"  # noqa: S608  # one of two
    with unguarded.reading() as connection:
        asked = connection.execute(f"SELECT CAST({column} AS BLOB) FROM decision WHERE number = {number}")  # noqa: S608
        (before,) = asked.fetchone()
    place = data.draw(st.integers(0, len(before) - 1))
    value = data.draw(st.integers(0, 255).filter(lambda one: one != before[place]))
    with unguarded.writing() as connection:
        connection.execute(update, (before[:place] + bytes([value]) + before[place + 1 :], number))
    with pytest.raises(LightboxError, match=f"entry {number} "):
        verify(unguarded)
    with unguarded.writing() as connection:
        connection.execute(update, (before, number))
    assert verify(unguarded).entries == 4


@pytest.fixture
def four(worklist: Worklist, reading_as: As) -> str:
    """A worklist with four entries: three decisions and an undo."""
    review = reading_as("Amina")
    review.decide(row(worklist, 0), "agree")
    review.decide(row(worklist, 1), "disagree", ["mass"], "left base")
    review.undo(row(worklist, 0))
    review.decide(row(worklist, 2), "refer")
    return worklist.path


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (["DELETE FROM decision WHERE number = 2"], "entry 2 is missing"),
        (["DELETE FROM decision WHERE number = 1"], "entry 1 is missing"),
        (["DELETE FROM decision WHERE number >= 3"], "entry 3 is missing: 4 were written"),
        (["DELETE FROM decision"], "entry 1 is missing: 4 were written"),
        (["UPDATE decision SET number = 9 WHERE number = 4"], "entry 4 is missing"),
        (["UPDATE decision SET number = 0 WHERE number = 1"], "entry 1 is missing"),
        (
            [
                "UPDATE decision SET number = 9 WHERE number = 2",
                "UPDATE decision SET number = 2 WHERE number = 3",
                "UPDATE decision SET number = 3 WHERE number = 9",
            ],
            "entry 2 is out of order or was changed: it says that it is entry 3",
        ),
        (
            ["UPDATE decision SET entry = replace(entry, 'left', 'right') WHERE number = 2"],
            "entry 2 was changed",
        ),
        (
            ["UPDATE decision SET entry = 'x' WHERE number = 3"],
            "entry 3 was changed: it is no entry any more",
        ),
        (["UPDATE decision SET entry = NULL"], None),
        (["UPDATE decision SET hash = upper(hash) WHERE number = 3"], "entry 3 was changed, or stands"),
        (
            [
                "DELETE FROM decision WHERE number = 2",
                "UPDATE decision SET number = number - 1 WHERE number > 2",
                "UPDATE sqlite_sequence SET seq = 3",
            ],
            "entry 2 is out of order",
        ),
    ],
)
def test_what_an_intruder_does_is_named(four: str, statements: list[str], said: str | None) -> None:
    if said is None:
        with pytest.raises(sqlite3.IntegrityError):
            tamper(four, *((one, ()) for one in statements))
        return
    tamper(four, *((one, ()) for one in statements))
    with Worklist(four) as worklist, pytest.raises(LightboxError, match=re.escape(said)):
        verify(worklist)


def test_a_cut_end_shows_also_after_more_was_appended(four: str, worklist: Worklist, reading_as: As) -> None:
    tamper(four, ("DELETE FROM decision WHERE number = 4", ()))
    review = reading_as("Amina")
    review.decide(row(worklist, 3), "cannot tell")
    with pytest.raises(LightboxError, match="entry 4 is missing"):
        verify(worklist)
    assert [number for number, *_ in entries(four)] == [1, 2, 3, 5]


def test_what_cannot_be_known_without_a_noted_head_and_what_can_with_one(four: str) -> None:
    """An end that was cut with SQLite's own count set back leaves no trace in the file."""
    with Worklist(four) as worklist:
        head = verify(worklist).head
        assert verify(worklist, noted=head.upper()).entries == 4
        assert verify(worklist, noted=START).entries == 4
    tamper(
        four,
        ("DELETE FROM decision WHERE number = 4", ()),
        ("UPDATE sqlite_sequence SET seq = 3", ()),
    )
    with Worklist(four) as worklist:
        assert verify(worklist).entries == 3
        with pytest.raises(LightboxError, match="fit together but do not hold"):
            verify(worklist, noted=head)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE decision SET entry = 'x'", "never changed"),
        ("DELETE FROM decision", "never deleted"),
        ("INSERT OR REPLACE INTO decision (number, entry, hash) VALUES (2, 'x', 'y')", "only ever appended"),
        ("INSERT INTO decision (number, entry, hash) VALUES (-1, 'x', 'y')", "only ever appended"),
    ],
)
def test_the_file_itself_forbids_it(four: str, statement: str, said: str) -> None:
    before = entries(four)
    with closing(sqlite3.connect(four)) as connection, pytest.raises(sqlite3.IntegrityError, match=said):
        connection.execute(statement)
    assert entries(four) == before


def test_a_changed_entry_is_not_read_as_a_decision(four: str) -> None:
    tamper(four, ("UPDATE decision SET entry = 'x' WHERE number = 3", ()))
    with Worklist(four) as worklist, pytest.raises(LightboxError, match=r"Entry 3 .* run lightbox worklist"):
        DecisionLog(worklist)


def test_an_entry_is_hashed_as_is_written_here() -> None:
    """The construction, by hand: who has the file and this can check it without Lightbox."""
    entry = Undo(number=2, at=AT, reader="Ä", sha256="a" * 64, frame=0, undoes=1)
    text = (
        '{"at":"2026-11-22T10:00:00+00:00","entry":"undo","frame":0,"number":2,"reader":"Ä",'
        f'"sha256":"{"a" * 64}","undoes":1}}'
    )
    assert canonical(entry).decode() == text
    assert link(START, canonical(entry)) == link("0" * 64, text.encode())
