"""Reading modes: what a reader sees and when, what is taken from him, what stands afterwards."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import msgspec
import pytest

from lightbox_edge import LightboxError, Review, Worklist
from lightbox_edge.browsing import Pages
from lightbox_edge.decisions import Answer, Decision, DecisionLog, ReviewRow, verify
from lightbox_edge.decisions.records import Conclusion, MachineView
from lightbox_edge.decisions.standing import FilmStanding, differ
from lightbox_edge.reading import Source
from lightbox_edge.results import Triage
from lightbox_edge.worklist import FileResults, Judge
from tests.reviewed_films import JUDGE, film, row

As = Callable[..., Review]


def told(standing: FilmStanding) -> list[tuple[str, str, str]]:
    return [(one.reader, one.kind, one.words) for one in standing.decisions]


def films(review: Review) -> list[str]:
    rows = Pages(review._worklist, review)
    return [one.result.path.removeprefix("films/").removesuffix(".png") for one in rows]


def test_a_decision_keeps_who_when_and_what_the_machine_said(worklist: Worklist, reading_as: As) -> None:
    review = reading_as("Amina")
    review.decide(row(worklist, 0), "disagree", ["  mass ", "", "rib\nfracture"], " see\tthe left base ")
    (one,) = review.standing(row(worklist, 0)).decisions
    assert one.machine == MachineView("j1", "chest-open", "1.0", "int8", "c1", "flagged", ("effusion",))
    assert (one.seen, one.note) == (("mass", "rib fracture"), "see the left base")
    assert (one.number, one.reader, one.film, one.blind) == (1, "Amina", ("0" * 64, 0), False)
    assert one.at.endswith("+00:00")


def test_nobody_signed_in_looks_and_decides_nothing(worklist: Worklist) -> None:
    review = Review(worklist)
    assert films(review) == ["0", "1", "3", "4", "2"]
    assert review.answers(row(worklist, 0)) == ()
    for act in (lambda one: review.decide(one, "agree"), review.undo, lambda one: review.annotate(one, "x")):
        with pytest.raises(LightboxError, match="Nobody is signed in"):
            act(row(worklist, 0))
    assert verify(worklist).entries == 0


def test_undo_brings_back_what_was_before_and_only_ones_own(worklist: Worklist, reading_as: As) -> None:
    amina, bjorn = reading_as("Amina"), reading_as("Björn")
    one = row(worklist, 0)
    amina.decide(one, "agree")
    amina.decide(one, "refer")
    with pytest.raises(LightboxError, match="You have not decided on this film: there is nothing to undo"):
        bjorn.undo(one)
    amina.undo(one)
    assert told(amina.standing(one)) == [("Amina", "decision", "agree")]
    amina.undo(one)
    assert amina.standing(one) == FilmStanding()
    with pytest.raises(LightboxError, match="nothing to undo"):
        amina.undo(one)
    assert verify(worklist).entries == 4


def test_the_same_key_twice_is_one_entry(worklist: Worklist, reading_as: As) -> None:
    review = reading_as("Amina")
    for _ in range(3):
        review.decide(row(worklist, 0), "agree")
    assert verify(worklist).entries == 1


def test_a_note_is_an_entry_of_its_own_and_needs_a_decision(worklist: Worklist, reading_as: As) -> None:
    review, one = reading_as("Amina"), row(worklist, 0)
    with pytest.raises(LightboxError, match="decide, then add the note"):
        review.annotate(one, "late")
    review.decide(one, "repeat")
    for _ in range(2):
        review.annotate(one, "late")
    (now,) = review.standing(one).decisions
    assert (now.number, now.answer, now.note) == (2, "repeat", "late")
    review.undo(one)
    assert review.standing(one).decisions[0].note == ""


def test_decisions_belong_to_the_content_and_outlive_a_bundle(worklist: Worklist, reading_as: As) -> None:
    """A copy elsewhere and another bundle's row show the same decision, which keeps its own machine."""
    reading_as("Amina").decide(row(worklist, 0), "agree")
    other = Judge("j2", "better", "fp32", ("effusion",), "2.0", "c2")
    copy = dataclasses.replace(film(0), source=Source("copy.png", "copy.png", (), 1, 1))
    copy = dataclasses.replace(copy, results=(msgspec.structs.replace(copy.results[0], file="copy.png"),))
    worklist.add_judge(other)
    worklist.commit(other, [copy, film(0)])
    review = Review(worklist)
    rows = [one for one in Pages(worklist, review) if one.result.sha256 == "0" * 64]
    assert sorted((one.result.path, one.judge.bundle) for one in rows) == [
        ("copy.png", "better"),
        ("films/0.png", "better"),
        ("films/0.png", "chest-open"),
    ]
    for one in rows:
        assert told(review.standing(one)) == [("Amina", "decision", "agree")]
        assert review.standing(one).decisions[0].machine.bundle == "chest-open"


def test_frames_of_a_file_are_films_of_their_own(worklist: Worklist, reading_as: As) -> None:
    base = film(0).results[0]
    frames = tuple(msgspec.structs.replace(base, file="m.dcm", frame=one, sha256="9" * 64) for one in (1, 2))
    worklist.commit(JUDGE, [FileResults(Source("m.dcm", "m.dcm", (), 1, 1), "9" * 64, frames)])
    review = reading_as("Amina")
    review.decide(ReviewRow(frames[1], JUDGE), "refer")
    assert [review.standing(ReviewRow(one, JUDGE)).answer for one in frames] == ["", "refer"]


def test_a_file_that_could_not_be_read_is_no_film(worklist: Worklist, reading_as: As) -> None:
    unread = ReviewRow(msgspec.structs.replace(film(0).results[0], sha256=None), JUDGE)
    review = reading_as("Amina")
    assert review.answers(unread) == ()
    with pytest.raises(LightboxError, match=r"films/0\.png could not be read, so there is no film"):
        review.decide(unread, "repeat")


def test_blind_first_hides_until_decided_and_an_undo_hides_nothing_again(
    worklist: Worklist, reading_as: As
) -> None:
    reading_as("Amina").decide(row(worklist, 0), "agree")
    blind, one = reading_as("Björn", "blind-first"), row(worklist, 0)
    assert films(blind) == ["0", "1", "2", "3", "4"]
    assert not blind.shows_machine(one)
    assert blind.standing(one) == FilmStanding()
    assert blind.answers(one) == ("nothing seen", "something seen", "refer", "repeat", "cannot tell")
    with pytest.raises(LightboxError, match="'agree' is no answer here: say nothing seen, something seen,"):
        blind.decide(one, "agree")
    blind.decide(one, "nothing seen")
    assert blind.shows_machine(one)
    assert [said.blind for said in blind.standing(one).decisions] == [False, True]
    assert blind.standing(one).is_disputed
    with pytest.raises(LightboxError, match="'something seen' is no answer here: say agree, disagree,"):
        blind.decide(one, "something seen")
    blind.undo(one)
    assert blind.shows_machine(one)
    blind.decide(one, "refer")
    assert [said.blind for said in blind.standing(one).readings] == [False, False]


def test_the_second_reader_is_another_and_does_not_see_the_first(worklist: Worklist, reading_as: As) -> None:
    amina = reading_as("Amina")
    for number in (0, 2):
        amina.decide(row(worklist, number), "agree")
    amina.undo(row(worklist, 2))
    assert films(reading_as("Amina", "second")) == []
    second, one = reading_as("Björn", "second"), row(worklist, 0)
    assert films(second) == ["0"]
    assert second.standing(one) == FilmStanding()
    second.decide(one, "disagree", ["mass"])
    assert told(second.standing(one)) == [
        ("Amina", "decision", "agree"),
        ("Björn", "second reading", "disagree: mass"),
    ]
    assert films(second) == ["0"]  # still there, to undo
    for reader, number, said in (("Amina", 0, "first to read"), ("Björn", 2, "No other reader's decision")):
        with pytest.raises(LightboxError, match=said):
            reading_as(reader, "second").decide(row(worklist, number), "agree")


def test_a_third_reader_arbitrates_once_two_differ(worklist: Worklist, reading_as: As) -> None:
    one = row(worklist, 0)
    amina, bjorn = reading_as("Amina"), reading_as("Björn", "second")
    third = reading_as("Chi", "arbitrate")
    amina.decide(one, "agree")
    bjorn.decide(one, "agree")
    third.news()
    assert films(third) == []
    with pytest.raises(LightboxError, match="No two readers differ"):
        third.decide(one, "agree")
    bjorn.decide(one, "disagree")
    third.news()
    assert films(third) == ["0"]
    for reader in ("Amina", "Björn"):
        assert films(reading_as(reader, "arbitrate")) == []
        with pytest.raises(LightboxError, match="a third one must arbitrate"):
            reading_as(reader, "arbitrate").decide(one, "agree")
    third.decide(one, "refer", note="to the district")
    standing = third.standing(one)
    assert not standing.is_disputed
    assert [said.reader for said in standing.final] == ["Chi"]
    assert standing.answer == "refer"
    third.undo(one)
    assert third.standing(one).answer == "disputed"


def test_what_changed_meanwhile_is_seen_before_it_is_written(worklist: Worklist, reading_as: As) -> None:
    """The second reader's screen is old: the first one has taken his decision back."""
    amina, second, one = reading_as("Amina"), reading_as("Björn", "second"), row(worklist, 0)
    amina.decide(one, "agree")
    assert second.news() == {("0" * 64, 0)}
    assert second.news() == set()
    amina.undo(one)
    with pytest.raises(LightboxError, match="No other reader's decision stands"):
        second.decide(one, "agree")
    assert verify(worklist).entries == 2


def said(answer: Answer, triage: Triage = "flagged", *seen: str, reader: str = "A") -> Decision:
    view = MachineView("j", "b", "1", "int8", "c", triage, ("Effusion",) if triage == "flagged" else ())
    return Decision(
        number=1, at="", reader=reader, sha256="a" * 64, frame=0, kind="decision", answer=answer,
        machine=view, seen=seen,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("decision", "conclusion"),
    [
        (said("agree"), "abnormal"),
        (said("agree", "not flagged"), "normal"),
        (said("agree", "uncertain"), "undecided"),
        (said("agree", "not judged"), "undecided"),
        (said("disagree"), "normal"),
        (said("disagree", "flagged", "mass"), "abnormal"),
        (said("disagree", "not flagged", "mass"), "abnormal"),
        (said("nothing seen"), "normal"),
        (said("something seen"), "abnormal"),
        (said("refer"), "refer"),
        (said("repeat"), "repeat"),
        (said("cannot tell"), "undecided"),
    ],
)
def test_what_an_answer_comes_to(decision: Decision, conclusion: Conclusion) -> None:
    assert decision.conclusion == conclusion


@pytest.mark.parametrize(
    ("first", "second", "differs"),
    [
        (said("agree"), said("something seen", "flagged", "EFFUSION", "mass"), False),
        (said("agree"), said("something seen", "flagged", "mass"), True),
        (said("agree"), said("something seen"), False),
        (said("agree"), said("disagree"), True),
        (said("disagree"), said("nothing seen"), False),
        (said("agree"), said("cannot tell"), False),
        (said("refer"), said("cannot tell"), False),
        (said("refer"), said("agree"), True),
        (said("refer"), said("repeat"), True),
        (said("repeat"), said("repeat"), False),
        (said("agree", "uncertain"), said("nothing seen"), False),
    ],
)
def test_when_two_readers_differ(first: Decision, second: Decision, differs: bool) -> None:
    assert differ(first, second) is differ(second, first) is differs


def test_a_log_is_read_again_as_it_was_left(worklist: Worklist, reading_as: As) -> None:
    review = reading_as("Amina")
    for number in range(3):
        review.decide(row(worklist, number), "cannot tell", note="naïve 肺")
    review.undo(row(worklist, 1))
    again = DecisionLog(worklist).standings
    assert again.films() == [("0" * 64, 0), ("2" * 64, 0)]
    assert [again.of((str(number) * 64, 0)) for number in range(3)] == [
        review.standing(row(worklist, number)) for number in range(3)
    ]
