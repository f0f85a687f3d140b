"""A worklist of another hand: the whole file, the outcome in a row of it, an entry of its log."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import count

import msgspec

from lightbox_edge.decisions import DecisionLog, Readers, verify
from lightbox_edge.decisions.chain import START, canonical, link
from lightbox_edge.decisions.records import Decision, MachineView, Undo
from lightbox_edge.errors import LightboxError
from lightbox_edge.radiograph import Header
from lightbox_edge.reading import Source
from lightbox_edge.results import DescriptorScore, FindingScore, Outcome, Result
from lightbox_edge.worklist import FileResults, Judge, Worklist
from tests.fuzz.places import put, scratch
from tests.fuzz.target import WrongValue

SHA = "ab" * 32
_NUMBERS = count()  # a file that could not be opened may be held until its error is forgotten
_JUDGE = Judge("judge", "made", "fp32", ("effusion",), "1", "points")
_SEEN = MachineView("judge", "made", "1", "fp32", "points", "flagged", ("effusion",))


def _outcome() -> Outcome:
    score = FindingScore("effusion", 0.7, 0.5, True, True, (DescriptorScore("There is fluid.", 0.7),))
    return Outcome("judged", "flagged", ("note (inverted_corrected).",), (score,), "PA", Header("made"), 0.1)


def _entries() -> tuple[Decision, Undo]:
    told = {"at": "2026-11-22T10:00:00+00:00", "reader": "Ann", "sha256": SHA, "frame": 0}
    decision = Decision(
        number=1, kind="decision", answer="disagree", machine=_SEEN, seen=("effusion",), note="clear", **told
    )
    return decision, Undo(number=2, undoes=1, **told)


def _fill(worklist: Worklist) -> None:
    worklist.add_judge(_JUDGE)
    source = Source("a.png", "/films/a.png", (), 3, 4)
    row = FileResults(source, SHA, (Result("a.png", None, SHA, _outcome()),), (bytes(64),), (bytes(64),))
    worklist.commit(_JUDGE, [row])


def outcomes() -> Sequence[bytes]:
    return (msgspec.json.encode(_outcome()),)


@cache
def _kept() -> Worklist:
    worklist = Worklist(":memory:")
    _fill(worklist)
    return worklist


def read_outcome(data: bytes) -> Iterator[str]:
    """The row of a worklist that somebody else wrote, read as lists and reports do."""
    worklist = _kept()
    with worklist.writing() as connection:
        connection.execute("UPDATE picture SET outcome = ?", (_stored(data),))
    for result in worklist.results():
        result.json()
        for one in result.outcome.findings:
            if not (0 <= one.probability <= 1 and 0 <= one.threshold <= 1):
                raise WrongValue("a probability that is no number from 0 to 1")
    yield from ()


def entries() -> Sequence[bytes]:
    return tuple(map(canonical, _entries()))


def read_entry(data: bytes) -> Iterator[str]:
    """An entry that fits the chain, as one who knows the construction can write it."""
    with Worklist(":memory:") as worklist:
        with worklist.writing() as connection:
            connection.execute(
                "INSERT INTO decision (number, entry, hash) VALUES (1, ?, ?)",
                (_stored(data), link(START, data)),
            )
        try:
            verify(worklist)
        except LightboxError as error:
            yield str(error)
        DecisionLog(worklist)


def _stored(data: bytes) -> str | bytes:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def files() -> Sequence[bytes]:
    place = scratch() / "whole.worklist"
    place.unlink(missing_ok=True)
    with Worklist(place) as worklist:
        _fill(worklist)
        Readers(worklist).add("Ann", "4711")
        log = DecisionLog(worklist)
        for entry in _entries():
            log.append(lambda *_, one=entry: one)
    with sqlite3.connect(place) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA page_size = 512")  # small, so that more of its bytes mean something
        connection.execute("VACUUM")
    return (place.read_bytes(),)


def read_file(data: bytes) -> Iterator[str]:
    """A whole file of a worklist: opened, brought to the newest version, and all of it read."""
    for old in scratch().glob("foreign-*"):
        old.unlink()
    with Worklist(put(f"foreign-{next(_NUMBERS)}.worklist", data), patience=0.1) as worklist:
        for use in (_results, verify, DecisionLog, lambda one: Readers(one).names()):
            try:
                use(worklist)
            except LightboxError as error:
                yield str(error)


def _results(worklist: Worklist) -> None:
    for judge, result in worklist.judged():
        result.json()
        worklist.films(judge)
        [*worklist.patches(judge)]
    worklist.finding_names()
