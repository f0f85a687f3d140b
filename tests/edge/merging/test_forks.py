"""A log that forked and was joined: what stands, whose clock counts, and what an intruder leaves."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from lightbox_edge import LightboxError, Worklist
from lightbox_edge.decisions import reviewing, verify
from lightbox_edge.decisions.chain import START, head_of
from tests.edge.merging.laptops import copy, decided, laptop, merged, reading, row, stands
from tests.edge.merging.older import make_older
from tests.reviewed_films import tamper


def at(patch: pytest.MonkeyPatch, clock: str) -> None:
    patch.setattr(reviewing, "_now", lambda: f"2026-11-22T{clock}:00+00:00")


def test_two_readers_on_two_laptops_are_in_dispute_until_a_third_arbitrates() -> None:
    first = laptop()
    second = copy(first)
    decided(first, "Amina", 0, "agree")
    decided(second, "Björn", 0, "disagree")
    both = merged(first, second)
    assert reading(both, "Chloé", "arbitrate").standing(row(0)).is_disputed
    decided(both, "Chloé", 0, "agree", "arbitrate")
    assert not reading(both, "Chloé").standing(row(0)).is_disputed


def test_the_same_reader_on_both_the_later_stands_and_undo_brings_back_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = laptop()
    reading(first, "Amina")
    second = copy(first)
    at(monkeypatch, "10:30")
    decided(first, "Amina", 0, "refer")
    at(monkeypatch, "10:20")
    decided(second, "Amina", 0, "repeat")
    both = merged(first, second)
    assert stands(both, 0) == [("Amina", "refer")]
    for left in ([("Amina", "repeat")], []):
        reading(both, "Amina").undo(row(0))
        assert stands(both, 0) == left
    assert verify(both).entries == 4


def test_a_chain_goes_before_a_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of one laptop is a day behind after a first decision: its chain says what came later."""
    first = laptop()
    reading(first, "Amina")
    second = copy(first)
    at(monkeypatch, "12:00")
    decided(first, "Amina", 0, "agree")
    at(monkeypatch, "03:00")
    decided(first, "Amina", 0, "refer")  # counts as of 12:00, for it follows that
    at(monkeypatch, "11:00")
    decided(second, "Amina", 0, "repeat")
    both = merged(second, first)
    assert stands(both, 0) == [("Amina", "refer")]
    at(monkeypatch, "01:00")
    decided(both, "Amina", 0, "cannot tell")  # saw all that was merged
    assert stands(merged(both, first), 0) == [("Amina", "cannot tell")]


def test_what_one_undid_stays_undone_and_what_the_other_decided_stays() -> None:
    first = laptop()
    decided(first, "Amina", 0, "agree")
    second = copy(first)
    reading(first, "Amina").undo(row(0))
    reading(second, "Amina").undo(row(0))
    decided(second, "Amina", 0, "refer")
    assert stands(merged(first, second), 0) == [("Amina", "refer")]


def test_two_arbiters_who_did_not_know_of_each_other_are_in_dispute() -> None:
    first = laptop()
    decided(first, "Amina", 0, "agree")
    decided(first, "Björn", 0, "disagree")
    second = copy(first)
    decided(first, "Chloé", 0, "agree", "arbitrate")
    decided(second, "Dina", 0, "disagree", "arbitrate")
    both = merged(first, second)
    standing = reading(both, "Eva", "arbitrate").standing(row(0))
    assert standing.is_disputed
    assert {one.reader for one in standing.final} == {"Chloé", "Dina"}
    decided(both, "Eva", 0, "agree", "arbitrate")
    standing = reading(both, "Eva").standing(row(0))
    assert ([one.reader for one in standing.final], standing.is_disputed) == (["Eva"], False)


def older_fork(folder: Path) -> tuple[Path, Path]:
    """Two files of an older Lightbox: copied, then the same reader decides and undoes on each."""
    first, second = folder / "first", folder / "second"
    with Worklist(first) as worklist:
        decided(worklist, "Amina", 0, "agree")
    shutil.copy(first, second)
    for path, answer, undoes in ((first, "refer", False), (second, "repeat", True)):
        with Worklist(path) as worklist:
            decided(worklist, "Amina", 1, answer)  # type: ignore[arg-type]  # an answer
            if undoes:
                reading(worklist, "Amina").undo(row(1))
        make_older(str(path))
    return first, second


def test_an_undo_by_number_takes_back_what_was_before_it_and_not_its_namesake(tmp_path: Path) -> None:
    """Both decisions are entry 2 of their logs, of one reader on one film."""
    first, second = older_fork(tmp_path)
    with Worklist(first) as one, Worklist(second) as other:
        assert (verify(one).entries, verify(other).entries) == (2, 3)
        assert stands(other, 1) == []
        for both in (merged(one, other), merged(other, one)):
            assert verify(both).entries == 4
            assert stands(both, 1) == [("Amina", "refer")]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE decision SET entry = replace(entry, 'repeat', 'refer')", "entry 2 was changed"),
        ("DELETE FROM decision WHERE number = 2", "entry 2 is missing"),
        ("UPDATE decision SET number = 9 WHERE number = 3", "entry 3 is missing"),
    ],
)
def test_what_was_done_to_an_older_log_is_found_in_it_still(
    tmp_path: Path, statement: str, said: str
) -> None:
    _, second = older_fork(tmp_path)
    tamper(str(second), (statement, ()))
    with Worklist(second) as worklist, pytest.raises(LightboxError, match=said):
        verify(worklist)


def test_heads_that_were_noted_before_and_between_merges_are_still_held() -> None:
    first = laptop()
    decided(first, "Amina", 0, "agree")
    second = copy(first)
    noted = [START, verify(first).head]
    decided(first, "Amina", 1, "agree")
    decided(second, "Björn", 1, "agree")
    both = merged(first, second)
    noted += [verify(one).head for one in (first, second, both)]
    assert noted[-1] == head_of(noted[-3:-1])
    decided(first, "Amina", 2, "agree")
    again = merged(both, first)
    assert verify(again).head == head_of([verify(first).head, noted[3]])
    for head in noted:
        assert verify(again, head)
    assert verify(again, noted[-1].upper().replace("+", " +\n"))  # as it was copied from a page
    with pytest.raises(LightboxError, match="do not hold"):
        verify(second, noted[-1])


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (["UPDATE decision SET entry = replace(entry, 'disagree', 'refer')"], "entry 3 was changed"),
        (["UPDATE decision SET follows = (SELECT hash FROM decision WHERE number = 2) WHERE number = 3"],
         "entry 3 was changed, or stands"),
        (["DELETE FROM decision WHERE number = 2"], "entry 2 is missing"),
        (["DELETE FROM decision WHERE number = 4"], "entry 4 is missing: 4 were written"),
        (
            [
                "DELETE FROM decision WHERE number = 1",
                "UPDATE decision SET number = number - 1",
                "UPDATE sqlite_sequence SET seq = 3",
            ],
            "entry 1 is out of order or was changed",
        ),
        (
            [
                "UPDATE decision SET number = 9 WHERE number = 2",
                "UPDATE decision SET number = 2 WHERE number = 3",
                "UPDATE decision SET number = 3 WHERE number = 9",
            ],
            "entry 3 is out of order",
        ),
        (
            [
                "INSERT INTO decision SELECT 5, entry, hash, follows FROM decision WHERE number = 4",
            ],
            "entry 5 is out of order",
        ),
    ],
)  # fmt: skip
def test_what_an_intruder_does_to_either_origin_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statements: list[str], said: str
) -> None:
    first = laptop()
    at(monkeypatch, "10:00")
    decided(first, "Amina", 0, "agree")
    second = copy(first)
    at(monkeypatch, "10:02")
    decided(first, "Amina", 1, "refer")
    at(monkeypatch, "10:04")
    decided(first, "Amina", 2, "refer")
    at(monkeypatch, "10:03")
    decided(second, "Björn", 1, "disagree")
    path = str(tmp_path / "both")
    with Worklist(path) as both:
        merged(first, second)._connection.backup(both._connection)
        assert verify(both).entries == 4
    tamper(path, *((one, ()) for one in statements))
    with Worklist(path) as both, pytest.raises(LightboxError, match=re.escape(said)):
        verify(both)
