"""Readers of one name: never one for the other; one person's PINs where somebody says so."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from lightbox_edge import LightboxError, Worklist
from lightbox_edge.decisions import Answer, Readers
from tests.edge.merging.laptops import content, copy, decided, laptop, merged, reading, row, stands
from tests.edge.merging.older import make_older


def two_aminas() -> tuple[Worklist, Worklist]:
    """Added on each laptop by hand, with a PIN of its own; both decide on film 0."""
    first, second = laptop(), laptop()
    reading(first, "Amina", pin="1111").decide(row(0), "agree")
    reading(second, "amina", pin="2222").decide(row(0), "disagree")
    return first, second


def shown(worklist: Worklist, name: str) -> str:
    """The name by which the registration that has it is shown."""
    with worklist.reading() as connection:
        (registration,) = connection.execute(
            "SELECT registration FROM reader WHERE name = ?", (name,)
        ).fetchone()
    return f"{name} ({registration[:6]})"


def test_two_pins_are_two_readers_who_can_differ() -> None:
    both = merged(*two_aminas())
    first, second = shown(both, "Amina"), shown(both, "amina")
    assert set(Readers(both).names()) == {first, second}
    assert set(stands(both, 0)) == {(first, "agree"), (second, "disagree")}
    assert reading(both, "Chloé", "arbitrate").standing(row(0)).is_disputed


def test_each_signs_in_with_the_own_pin_and_goes_on_as_the_same() -> None:
    both = merged(*two_aminas())
    second = shown(both, "amina")
    with pytest.raises(LightboxError, match=r"This is not the PIN of amina \("):
        Readers(both).sign_in(second, "1111")
    with pytest.raises(
        LightboxError, match=r"Several readers .* sign in as one of .*[aA]mina \(.*, [aA]mina \("
    ):
        Readers(both).sign_in("Amina", "1111")
    with pytest.raises(LightboxError, match="There is a reader AMINA already"):
        Readers(both).add("AMINA", "3333")
    reading(both, second, pin="2222").decide(row(0), "agree")
    assert (second, "agree") in stands(both, 0)
    assert not reading(both, "Chloé").standing(row(0)).is_disputed


def test_they_stay_apart_when_newer_copies_are_merged() -> None:
    first, second = two_aminas()
    both = merged(first, second)
    reading(first, "Amina", pin="1111").decide(row(1), "refer")
    again = merged(both, first)
    assert stands(again, 1) == [(shown(again, "Amina"), "refer")]
    assert len(Readers(again).names()) == 2


def test_one_person_signs_in_with_either_pin_and_the_later_decision_stands() -> None:
    first, second = two_aminas()
    both = merged(first, second, one_person=["AMINA"])
    (name,) = Readers(both).names()
    assert [reader for reader, _ in stands(both, 0)] == [name]
    for pin in ("1111", "2222"):
        assert Readers(both).sign_in("Amina", pin) == name
    with pytest.raises(LightboxError, match="This is not the PIN"):
        Readers(both).sign_in("Amina", "3333")
    assert Readers(merged(first, both)).names() == (name,)  # what was said holds


def test_persons_are_joined_in_any_order() -> None:
    there = [laptop() for _ in range(3)]
    for number, one in enumerate(there):
        Readers(one).add("Amina", f"{number}" * 4)
    first, second, third = there
    left = merged(merged(first, second, one_person=["Amina"]), third)
    assert len(Readers(left).names()) == 2
    right = merged(merged(second, third, one_person=["Amina"]), first)
    assert content(merged(left, right)) == content(merged(right, left))
    assert Readers(merged(left, right)).names() == ("Amina",)


def test_wrong_pins_on_either_laptop_still_cost_time() -> None:
    first = laptop()
    Readers(first).add("Amina", "1111")
    second = copy(first)
    with second.writing() as connection:
        connection.execute("UPDATE reader SET wrong = 4, waits_until = strftime('%s') + 60")
    with pytest.raises(LightboxError, match="must wait"):
        Readers(merged(first, second)).sign_in("Amina", "1111")


def older_amina(path: Path, pin: str, answer: Answer) -> Worklist:
    """A worklist of an older Lightbox, which did not write down which Amina decided."""
    with Worklist(path) as made:
        reading(made, "Amina", pin=pin).decide(row(0), answer)
    make_older(str(path))
    return Worklist(path)


def test_an_older_log_that_cannot_tell_two_readers_apart_is_refused(tmp_path: Path) -> None:
    with (
        older_amina(tmp_path / "a", "1111", "agree") as first,
        older_amina(tmp_path / "b", "2222", "refer") as second,
    ):
        with pytest.raises(LightboxError, match=r"Amina decided in several .* say --one-person 'Amina'"):
            merged(first, second)
        assert [name for name, _ in stands(merged(first, second, one_person=["Amina"]), 0)] == ["Amina"]
        third = laptop()
        reading(third, "Amina", pin="3333").decide(row(0), "disagree")
        both = merged(first, third)  # the older one alone lacks it: that tells
        assert set(stands(both, 0)) == {("Amina", "agree"), (shown_of(both, third), "disagree")}


def shown_of(both: Worklist, origin: Worklist) -> str:
    with origin.reading() as connection:
        (registration,) = connection.execute("SELECT registration FROM reader").fetchone()
    return f"Amina ({registration[:6]})"


def test_an_older_reader_keeps_name_and_pin(tmp_path: Path) -> None:
    with older_amina(tmp_path / "a", "1111", "agree") as worklist:
        assert Readers(worklist).names() == ("Amina",)
        reading(worklist, "Amina", pin="1111").decide(row(0), "refer")
        assert stands(worklist, 0) == [("Amina", "refer")]
        copies = [copy(worklist), copy(worklist)]
        decided(copies[0], "Björn", 1, "agree")
        assert Readers(merged(*copies)).names() == ("Amina", "Björn")


def test_the_table_of_readers_takes_a_registration_once() -> None:
    first = laptop()
    Readers(first).add("Amina", "1111")
    with pytest.raises(LightboxError) as caught, first.writing() as connection:
        connection.execute("INSERT INTO reader SELECT * FROM reader")
    assert isinstance(caught.value.__cause__, sqlite3.IntegrityError)
