"""Pages of a worklist against a plain list of all its rows, whatever is in it and whoever decides."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightbox_edge import Outcome, Result, Review, Worklist
from lightbox_edge.browsing import Filter, Pages
from lightbox_edge.browsing import pages as pages_module
from lightbox_edge.decisions import Answer, Mode, ReviewRow
from lightbox_edge.decisions.modes import offers
from lightbox_edge.input_checks import codes
from lightbox_edge.radiograph import Header
from lightbox_edge.reading import Source
from lightbox_edge.results import FindingScore, Triage
from lightbox_edge.worklist import FileResults, Judge

JUDGES = (Judge("j1", "old", "int8", ("effusion", "mass")), Judge("j2", "new", "int8", ("mass",)))
MODES: tuple[Mode, ...] = ("ai-first", "blind-first", "second", "arbitrate")
READERS = ("Amina", "Bela", "Chi")
TRIAGES: tuple[Triage, ...] = ("flagged", "uncertain", "not flagged", "not judged")
REASONS = ("It is inverted (inverted_corrected).", "A part is cut off (cropped).")

FLAGGED = Outcome("judged", "flagged")
ANY_DECISION: dict[str, Any] = {"state": None, "reader": ""}
Acts = list[tuple[str, int, Answer | None]]

triages = st.sampled_from(TRIAGES)


@dataclass(frozen=True)
class File:
    """A file: its name, its content (None: unreadable), who judged it, its pictures' patient and outcomes."""

    name: str
    content: str | None
    judge: Judge
    patient: str
    outcomes: tuple[Outcome, ...]

    @property
    def results(self) -> FileResults:
        many = len(self.outcomes) > 1
        rows = tuple(
            Result(self.name, number if many else None, self.content, outcome)
            for number, outcome in enumerate(self.outcomes, 1)
        )
        return FileResults(Source(self.name, self.name, (), 1, 1), self.content, rows)


def outcomes(patient: str) -> st.SearchStrategy[Outcome]:
    scores = st.lists(
        st.builds(
            FindingScore, st.sampled_from(["effusion", "mass"]), st.just(0.5), st.just(0.5), st.booleans()
        ),
        max_size=2,
        unique_by=lambda one: one.name,
    )
    return st.builds(
        lambda triage, findings, reasons: Outcome(
            "not judged" if triage == "not judged" else "judged",
            triage, tuple(reasons), tuple(findings), header=Header(patient),
        ),
        triages, scores, st.lists(st.sampled_from(REASONS), unique=True),
    )  # fmt: skip


@st.composite
def files(draw: st.DrawFn) -> File:
    patient = draw(st.sampled_from(["", "P1", "p10", "50%", "a_b", "É"]))
    content = draw(st.sampled_from([None, *"abcd"]))
    return File(
        draw(st.sampled_from(["a.png", "B.png", "a b.png", "x/50%.dcm", "x/a_b.dcm", "É.png", "é.png"])),
        content and content * 64,
        draw(st.sampled_from(JUDGES)),
        patient,
        tuple(draw(st.lists(outcomes(patient), min_size=1, max_size=2))),
    )


filters = st.builds(
    Filter,
    st.none() | triages,
    st.sampled_from(["", "", "effusion", "mass", "mas"]),
    st.sampled_from([None, None, "open", "decided", "disputed"]),
    st.sampled_from(["", "", *READERS]),
    st.sampled_from(["", "", "cropped", "inverted", "inverted_corrected"]),
    st.sampled_from(["", "", "P1", "p", "%", "_"]),
    st.sampled_from(["", "", "A", "png", "%", "_", "é"]),
)
answers: st.SearchStrategy[Answer] = st.sampled_from(["agree", "disagree", "refer", "cannot tell"])
acts = st.lists(st.tuples(st.sampled_from(READERS), st.integers(0, 50), st.none() | answers), max_size=8)


def fill(worklist: Worklist, given_files: Sequence[File]) -> None:
    for judge in JUDGES:
        worklist.add_judge(judge)
    for file in given_files:
        worklist.commit(file.judge, [file.results])


def rows(worklist: Worklist) -> list[ReviewRow]:
    """Every row, the urgent first."""
    return [ReviewRow(result, judge) for judge, result in worklist.judged()]


def act(worklist: Worklist, done: Sequence[tuple[str, int, Answer | None]]) -> None:
    """Decide, or undo where nothing is answered, on films by their places; what is refused is left out."""
    films = [row for row in rows(worklist) if row.film]
    for reader, place, answer in done:
        review = Review(worklist)
        review.reader = reader
        if not films:
            return
        row = films[place % len(films)]
        if answer:
            review.decide(row, answer)
        elif any(one.reader == reader for one in review.standing(row).readings):
            review.undo(row)


def plain(worklist: Worklist, review: Review, wanted: Filter) -> list[ReviewRow]:
    """The list as it is to be, by the rules as they read, with all rows in memory."""
    everything = rows(worklist)
    actual = Review(worklist)  # sees all decisions
    if review.mode == "blind-first":
        with worklist.reading() as connection:
            looked = connection.execute("SELECT path, frame, judge FROM picture ORDER BY rowid").fetchall()
        everything.sort(key=lambda row: (row.result.file, row.result.frame or 0, looked.index(name(row))))
    return [
        row
        for row in everything
        if offers(review.mode, actual.standing(row), review.reader) and matches(review, row, wanted)
    ]


def name(row: ReviewRow) -> tuple[str, int, str]:
    return row.result.file, row.result.frame or 0, row.judge.id


def matches(review: Review, row: ReviewRow, wanted: Filter) -> bool:
    outcome, standing = row.result.outcome, review.standing(row)
    asks_machine = bool(wanted.triage or wanted.finding or wanted.reason)
    return all(
        (
            not asks_machine or review.shows_machine(row),
            wanted.triage in (None, outcome.triage),
            not wanted.finding or any(one.flagged and one.name == wanted.finding for one in outcome.findings),
            not wanted.reason or wanted.reason in codes(outcome.reasons),
            wanted.state in (None, standing.state if row.film else ...),
            not wanted.reader or any(one.reader == wanted.reader for one in standing.decisions),
            ascii_lower(wanted.patient) in ascii_lower(outcome.header.PatientID),
            ascii_lower(wanted.text) in ascii_lower(row.result.file),
        )
    )


def ascii_lower(text: str) -> str:
    return "".join(sign.lower() if sign.isascii() else sign for sign in text)


def reviewing(worklist: Worklist, mode: Mode, reader: str | None) -> Review:
    review = Review(worklist, mode)
    review.reader = reader
    return review


@given(
    st.lists(files(), max_size=12), acts, filters, st.sampled_from(MODES), st.sampled_from([None, *READERS])
)
@settings(max_examples=80, deadline=None)
def test_pages_are_the_plain_list(
    given_files: list[File],
    done: Acts,
    wanted: Filter,
    mode: Mode,
    reader: str | None,
) -> None:
    with Worklist(":memory:") as worklist:
        fill(worklist, given_files)
        act(worklist, done)
        review = reviewing(worklist, mode, reader)
        pages = Pages(worklist, review)
        everything = plain(worklist, review, Filter())
        assert list(pages) == everything
        assert_counts(pages, review, everything)
        pages.show(wanted)
        listed = plain(worklist, review, wanted)
        assert list(pages) == pages[:] == listed
        assert [pages.place(row) for row in listed] == list(range(len(listed)))
        assert [pages.place(row) for row in everything if row not in listed] == [None] * (
            len(everything) - len(listed)
        )
        assert_counts(pages, review, everything)  # of the whole list, whatever is filtered


def assert_counts(pages: Pages, review: Review, everything: list[ReviewRow]) -> None:
    counts = pages.counts
    shown = [row for row in everything if review.shows_machine(row)]
    assert +Counter(counts.triage) == Counter(row.result.outcome.triage for row in shown)
    assert counts.hidden == len(everything) - len(shown)
    assert +Counter(counts.state) == Counter(review.standing(row).state for row in everything if row.film)
    assert counts.rows == len(everything)


@given(
    st.lists(files(), min_size=1, max_size=8), acts, st.lists(files(), max_size=4), acts, filters,
    st.sampled_from(MODES), st.integers(0, 20),
)  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_what_is_written_elsewhere_is_taken_in_and_the_film_at_hand_stays(
    given_files: list[File],
    done: Acts,
    more: list[File],
    done_then: Acts,
    wanted: Filter,
    mode: Mode,
    at: int,
) -> None:
    with (
        TemporaryDirectory() as folder,
        Worklist(f"{folder}/w") as worklist,
        Worklist(f"{folder}/w") as other,
    ):
        fill(other, given_files)
        act(other, done)
        review = reviewing(worklist, mode, "Amina")
        pages = Pages(worklist, review)
        pages.show(wanted)
        assert not pages.refresh()
        here = pages[at % len(pages)] if len(pages) else None
        fill(other, more)
        act(other, done_then)
        pages.refresh(here)
        listed = plain(worklist, review, wanted)
        film = here.film if here else None
        assert [row for row in pages if row.film != film] == [row for row in listed if row.film != film]
        stays = here in rows(worklist) and matches(review, here, dataclasses.replace(wanted, **ANY_DECISION))
        if here and stays and film:
            assert pages[pages.place(here)] == here
        pages.show(wanted)
        assert list(pages) == listed


@given(st.lists(files(), min_size=1, max_size=8), st.data(), acts, acts, filters)
@settings(max_examples=50, deadline=None)
def test_blind_first_tells_nothing_of_the_machine_or_of_others(
    given_files: list[File], data: st.DataObject, done: Acts, done_there: Acts, wanted: Filter
) -> None:
    """Two worklists of the same films that differ in all that is hidden: no list, count or place tells."""
    others = [
        dataclasses.replace(file, outcomes=tuple(data.draw(outcomes(file.patient)) for _ in file.outcomes))
        for file in given_files
    ]
    told = []
    for films, decided in ((given_files, done), (others, done_there)):
        with Worklist(":memory:") as worklist:
            fill(worklist, films)
            act(worklist, decided)
            pages = Pages(worklist, reviewing(worklist, "blind-first", "Dina"))
            whole = [name(row) for row in pages]
            pages.show(wanted)
            told.append((whole, [name(row) for row in pages], pages.counts, pages.next_waiting(0)))
    assert told[0] == told[1]


def test_only_what_is_looked_at_is_read_and_little_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    with Worklist(":memory:") as worklist:
        fill(worklist, [])
        made = [
            File(f"{number:04}.png", f"{number:064}", JUDGES[0], "", (FLAGGED,)) for number in range(1000)
        ]
        worklist.commit(JUDGES[0], [file.results for file in made])
        pages, read = Pages(worklist, Review(worklist)), []
        numbered = worklist.numbered
        monkeypatch.setattr(
            worklist, "numbered", lambda numbers: read.append(len(numbers)) or numbered(numbers)
        )
        assert [pages[place].result.file for place in (0, 1, 63, 999, -1, 998)] == [
            "0000.png", "0001.png", "0063.png", "0999.png", "0999.png", "0998.png",
        ]  # fmt: skip
        assert read == [64, 1000 % 64]
        assert len(list(pages)) == 1000
        assert len(pages._pages) == pages_module._KEPT_PAGES
        for place in (1000, -1001):
            with pytest.raises(IndexError):
                pages[place]


def test_a_row_that_is_gone_makes_the_list_anew(tmp_path: Path) -> None:
    """A file that was put in order and screened again while somebody scrolls towards it."""
    with Worklist(tmp_path / "w") as worklist, Worklist(tmp_path / "w") as other:
        fill(other, [])
        made = [File(f"{number}.png", f"{number:064}", JUDGES[0], "", (FLAGGED,)) for number in range(3)]
        other.commit(JUDGES[0], [file.results for file in made])
        pages = Pages(worklist, Review(worklist))
        clear = dataclasses.replace(made[0], outcomes=(Outcome("judged", "not flagged"),))
        other.commit(JUDGES[0], [clear.results])
        assert pages[0].result.file == "1.png"
        assert [row.result.file for row in pages] == ["1.png", "2.png", "0.png"]


def test_a_film_that_one_decides_on_stays_until_the_filter_is_set_again() -> None:
    with Worklist(":memory:") as worklist:
        fill(worklist, [])
        made = [File(f"{number}.png", f"{number:064}", JUDGES[0], "", (FLAGGED,)) for number in range(3)]
        worklist.commit(JUDGES[0], [file.results for file in made])
        review = reviewing(worklist, "ai-first", "Amina")
        pages = Pages(worklist, review)
        pages.show(Filter(state="open"))
        review.decide(pages[1], "agree")
        assert pages.refresh()
        assert pages.counts.state == {"open": 2, "decided": 1}
        assert [pages.next_waiting(place) for place in (0, 1, 2)] == [2, 2, 0]
        pages._take_in()  # what another process's writing leads to
        assert len(pages) == 3
        pages.show(pages.filter)
        assert [row.result.file for row in pages] == ["0.png", "2.png"]
