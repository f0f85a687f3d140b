"""The summary: counts of what stands, and a kappa that is that of the table it says it is."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import numpy as np
import pytest

from lightbox_edge import Outcome, Result, Review, Worklist
from lightbox_edge.decisions import DecisionLog, ReviewRow
from lightbox_edge.decisions.agreement import summarize
from lightbox_edge.evaluating.readers import kappa
from tests.reviewed_films import JUDGE, row

As = Callable[..., Review]


def test_nothing_decided_is_a_summary_of_nothing(worklist: Worklist) -> None:
    summary = summarize(DecisionLog(worklist).standings)
    assert (summary.films, summary.disputed, summary.arbitrated, summary.blind) == (0, 0, 0, 0)
    assert (summary.answers, summary.between_readers, summary.with_machine) == ({}, (), ())


def test_counts_are_of_what_stands(worklist: Worklist, reading_as: As) -> None:
    amina, bjorn, chi = reading_as("Amina"), reading_as("Björn", "second"), reading_as("Chi", "arbitrate")
    dina = reading_as("Dina", "blind-first")
    for number, answers in enumerate((("agree", "disagree"), ("agree", "agree"), ("refer", "agree"))):
        amina.decide(row(worklist, number), answers[0])
        bjorn.decide(row(worklist, number), answers[1])
    chi.decide(row(worklist, 0), "agree")
    dina.decide(row(worklist, 3), "nothing seen")
    amina.decide(row(worklist, 4), "repeat")
    amina.undo(row(worklist, 4))
    summary = summarize(DecisionLog(worklist).standings)
    assert (summary.films, summary.disputed, summary.arbitrated, summary.blind) == (4, 1, 1, 1)
    assert summary.answers == {"agree": 4, "disagree": 1, "refer": 1, "nothing seen": 1}
    (pair,) = summary.between_readers
    assert pair.readers == ("Amina", "Björn")
    assert (pair.both_present, pair.only_first, pair.only_second, pair.both_absent) == (1, 1, 0, 0)
    assert pair.kappa is None  # two films
    machine = {one.readers: one for one in summary.with_machine}
    name = "chest-open 1.0 int8"
    assert set(machine) == {("Amina", name), ("Björn", name)}  # the machine said nothing of Dina's film
    bjorns = machine["Björn", name]
    assert (bjorns.both_present, bjorns.only_second, bjorns.both_absent) == (1, 1, 1)


def test_kappa_is_cohens_over_films_where_both_said_something(worklist: Worklist, reading_as: As) -> None:
    """Twenty films of a made table: 8 both, 3 only the first, 2 only the second, 7 neither."""
    table = [("agree", "agree")] * 8 + [("agree", "disagree")] * 3
    table += [("disagree", "agree")] * 2 + [("disagree", "disagree")] * 7
    amina, bjorn = reading_as("Amina"), reading_as("Björn")
    for number, (first, second) in enumerate([*table, ("agree", "cannot tell")]):
        result = Result(f"{number}", None, f"{number:064x}", Outcome("judged", "flagged"))
        amina.decide(ReviewRow(result, JUDGE), first)
        bjorn.decide(ReviewRow(result, JUDGE), second)
    (pair,) = summarize(DecisionLog(worklist).standings).between_readers
    counts = (pair.both_present, pair.only_first, pair.only_second, pair.both_absent)
    assert counts == (8, 3, 2, 7)
    assert pair.kappa is not None
    assert pair.kappa.value == pytest.approx(float(kappa(np.array([counts], np.float64))[0]))
    # By hand: 0.75 seen, 0.5 expected.
    assert pair.kappa.value == pytest.approx((0.75 - 0.5) / 0.5)
    assert pair.kappa.low < pair.kappa.value < pair.kappa.high
    assert msgspec.json.encode(pair)
