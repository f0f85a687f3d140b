"""A distant reader's answers become decisions like any other's, once, and all or none of them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from lightbox_edge import LightboxError, Review, Worklist
from lightbox_edge.decisions import DecisionLog, ReviewRow, pins, verify
from lightbox_edge.decisions.records import TakenIn
from lightbox_edge.decisions.standing import FilmStanding
from lightbox_edge.referring.films_told import table
from lightbox_edge.referring.packing import Packing
from lightbox_edge.referring.taking_in import Taken, take_in

FORM = Path("answers.csv")
HEADER = ["referral", "film", "file", "reader", "answer", "seen", "note"]


@pytest.fixture(autouse=True)
def _cheap_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "N", 2)


def form(packing: Packing, answers: dict[int, str], reader: str = "Dr Mbeki") -> bytes:
    rows = [[packing.referral, str(film), "", reader, *answer.split("|")] for film, answer in answers.items()]
    return table([HEADER, *([*row, *([""] * (7 - len(row)))] for row in rows)])


def standing(worklist: Worklist, packing: Packing, number: int) -> FilmStanding:
    film = packing.rows[number - 1].row.film
    assert film
    return DecisionLog(worklist).standings.of(film)


def entries(worklist: Worklist) -> int:
    return verify(worklist).entries


def row(worklist: Worklist, packing: Packing, number: int) -> ReviewRow:
    return packing.rows[number - 1].row


def test_answers_come_into_the_log_with_how_they_came(worklist: Worklist, packing: Packing) -> None:
    content = form(packing, {3: "something seen|effusion|left side", 4: "nothing seen"})
    taken = take_in(worklist, FORM, content, "Amina Yusuf")
    assert taken == Taken("Dr Mbeki", packing.referral, 2, 0)
    (decision,) = standing(worklist, packing, 3).decisions
    assert (decision.reader, decision.kind, decision.answer) == ("Dr Mbeki", "decision", "something seen")
    assert (decision.seen, decision.note, decision.blind) == (("effusion",), "left side", False)
    assert decision.machine == row(worklist, packing, 3).machine
    digest = hashlib.sha256(content).hexdigest()
    assert decision.taken_in == TakenIn(packing.referral, digest, "Amina Yusuf")
    assert verify(worklist).entries == 2


def test_the_same_file_again_changes_nothing(worklist: Worklist, packing: Packing) -> None:
    content = form(packing, {1: "agree", 2: "repeat"})
    take_in(worklist, FORM, content, "A")
    assert take_in(worklist, FORM, content, "B") == Taken("Dr Mbeki", packing.referral, 0, 2)
    assert entries(worklist) == 2


def test_a_later_file_corrects_and_the_earlier_one_does_not_come_back(
    worklist: Worklist, packing: Packing
) -> None:
    first, second = form(packing, {3: "nothing seen", 4: "refer"}), form(packing, {3: "something seen|mass"})
    take_in(worklist, FORM, first, "A")
    assert take_in(worklist, FORM, second, "A").new == 1
    assert take_in(worklist, FORM, first, "A").new == 0
    assert [one.answer for one in standing(worklist, packing, 3).decisions] == ["something seen"]
    assert entries(worklist) == 3


def test_what_a_power_cut_left_out_is_taken_in_by_the_same_call(worklist: Worklist, packing: Packing) -> None:
    content = form(packing, {3: "nothing seen", 4: "refer", 5: "repeat"})
    append, calls = DecisionLog.append, []

    def cut(self: DecisionLog, make: object) -> object:
        calls.append(make)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return append(self, make)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DecisionLog, "append", cut)
        with pytest.raises(KeyboardInterrupt):
            take_in(worklist, FORM, content, "A")
    assert take_in(worklist, FORM, content, "A") == Taken("Dr Mbeki", packing.referral, 1, 2)
    assert entries(worklist) == 3


def test_he_is_a_second_reader_as_any_other(worklist: Worklist, packing: Packing) -> None:
    here = Review(worklist)
    here.readers.add("Amina Yusuf", "2468")
    here.sign_in("Amina Yusuf", "2468")
    here.decide(row(worklist, packing, 3), "agree")
    here.decide(row(worklist, packing, 4), "agree")
    take_in(worklist, FORM, form(packing, {3: "nothing seen", 4: "something seen|effusion"}), "Amina Yusuf")
    assert standing(worklist, packing, 3).decisions[1].kind == "second reading"
    assert standing(worklist, packing, 3).is_disputed
    assert standing(worklist, packing, 4).state == "decided"
    arbiter = Review(worklist, "arbitrate")
    arbiter.readers.add("Third", "2468")
    arbiter.sign_in("Third", "2468")
    arbiter.decide(row(worklist, packing, 3), "disagree")
    assert standing(worklist, packing, 3).answer == "disagree"
    second = Review(worklist, "second")
    second.sign_in("Amina Yusuf", "2468")
    assert second.visible(row(worklist, packing, 5).film).offered is False


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({3: "agree", 9: "agree"}, "line 3: the referral has no film 9: it has 5"),
        ({3: "agree", 4: "perhaps"}, "line 3: 'perhaps' is no answer"),
    ],
)
def test_one_wrong_row_and_nothing_is_taken_in(
    worklist: Worklist, packing: Packing, answers: dict[int, str], sentence: str
) -> None:
    with pytest.raises(LightboxError, match=sentence):
        take_in(worklist, FORM, form(packing, answers), "A")
    assert entries(worklist) == 0


@pytest.mark.parametrize("other", ["f" * 32, "../../etc/passwd", "", "F" * 31])
def test_a_referral_that_is_not_known_is_refused(worklist: Worklist, packing: Packing, other: str) -> None:
    content = form(packing, {3: "agree"}).replace(packing.referral.encode(), other.encode())
    with pytest.raises(LightboxError, match=r"does not know|names no referral"):
        take_in(worklist, FORM, content, "A")
    assert entries(worklist) == 0


def test_a_key_table_that_is_damaged_is_said_to_be(worklist: Worklist, packing: Packing) -> None:
    (file,) = Path(f"{worklist.path}.referrals").iterdir()
    file.write_bytes(file.read_bytes()[:40])
    with pytest.raises(LightboxError, match="is damaged"):
        take_in(worklist, FORM, form(packing, {3: "agree"}), "A")


def test_another_worklist_does_not_know_the_referral(packing: Packing, tmp_path: Path) -> None:
    with Worklist(tmp_path / "other.worklist") as other, pytest.raises(LightboxError, match="does not know"):
        take_in(other, FORM, form(packing, {3: "agree"}), "A")


def test_a_film_that_was_erased_since_is_refused(worklist: Worklist, packing: Packing) -> None:
    with worklist.writing() as connection:
        connection.execute("DELETE FROM picture WHERE path LIKE '%.jpg'")
    with pytest.raises(LightboxError, match="film 3 is no longer in the worklist"):
        take_in(worklist, FORM, form(packing, {4: "agree", 3: "agree"}), "A")
    assert entries(worklist) == 0


def test_nobody_decides_by_a_file_in_the_name_of_a_reader_here(worklist: Worklist, packing: Packing) -> None:
    Review(worklist).readers.add("Amina Yusuf", "2468")
    with pytest.raises(LightboxError, match="signs in to this worklist with a PIN"):
        take_in(worklist, FORM, form(packing, {3: "agree"}, "amina  yusuf"), "Amina Yusuf")
    assert entries(worklist) == 0


def test_other_decisions_are_written_as_ever(worklist: Worklist, packing: Packing) -> None:
    """An entry that came by no referral has no key for one, so chains of before go on as they were."""
    here = Review(worklist)
    here.readers.add("A", "2468")
    here.sign_in("A", "2468")
    here.decide(row(worklist, packing, 3), "agree")
    with worklist.reading() as connection:
        (entry,) = connection.execute("SELECT entry FROM decision").fetchone()
    assert "taken_in" not in entry
