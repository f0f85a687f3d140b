"""Merging gives the same whatever the order and the grouping, adds nothing the second time, loses nothing.

Compared is everything that the tables hold but the pictures' row numbers; see `laptops.TABLES`.
"""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lightbox_edge import LightboxError, Worklist
from lightbox_edge.decisions import reviewing, verify
from lightbox_edge.worklist import true_location
from tests.edge.merging import laptops
from tests.edge.merging.laptops import content, copy, in_all, laptop, merged, reading, row, screened

_READERS, _ANSWERS = ("Amina", "Björn", "Chloé"), ("agree", "disagree", "refer", "repeat")
_laptop, _film = st.integers(0, 2), st.integers(0, 2)
_step = st.one_of(
    st.tuples(st.just("screen"), _laptop, st.integers(0, 1), st.none() | _film, st.integers(10, 12)),
    st.tuples(
        st.just("decide"),
        _laptop,
        st.sampled_from(_READERS),
        _film,
        st.sampled_from(_ANSWERS),
        st.integers(0, 59),
    ),
    st.tuples(st.just("arbitrate"), _laptop, st.sampled_from(_READERS), _film, st.sampled_from(_ANSWERS)),
    st.tuples(st.just("undo"), _laptop, st.sampled_from(_READERS), _film),
    st.tuples(st.just("copy"), _laptop, _laptop),
    st.tuples(st.just("merge"), _laptop, _laptop),
)


def happened(steps: list[tuple[object, ...]]) -> list[Worklist]:
    """Three laptops after a history, their clocks as wrong as was drawn."""
    first = laptop()
    for reader in _READERS[:2]:
        reading(first, reader)
    there = [first, copy(first), copy(first)]
    for step in steps:
        try:
            _do(there, *step)
        except LightboxError:  # the mode takes no such decision, or there is nothing to undo
            continue
    return there


def _do(there: list[Worklist], kind: str, which: int, *rest: object) -> None:
    match kind, rest:
        case "screen", (int(place), film, int(hour)):
            screened(there[which], place, film, f"2026-11-22 {hour}:00:00")  # type: ignore[arg-type]  # as drawn
        case "decide", (str(reader), int(film), answer, int(minute)):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(reviewing, "_now", lambda: f"2026-11-22T10:{minute:02}:00+00:00")
                reading(there[which], reader).decide(row(film), answer)  # type: ignore[arg-type]  # as drawn
        case "arbitrate", (str(reader), int(film), answer):
            reading(there[which], reader, "arbitrate").decide(row(film), answer)  # type: ignore[arg-type]  # as drawn
        case "undo", (str(reader), int(film)):
            reading(there[which], reader).undo(row(film))
        case "copy", (int(to),):
            there[to] = copy(there[which])
        case "merge", (int(to),):
            there[to] = merged(there[which], there[to])


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_step, max_size=14))
def test_any_history_merges_in_any_order(steps: list[tuple[object, ...]]) -> None:
    with ExitStack() as stack:
        there = happened(steps)
        for one in there:
            stack.callback(one.close)
        whole = merged(*there)
        expected = content(whole)
        first, second, third = there
        assert content(merged(third, first, second)) == expected
        assert content(merged(merged(second, first), third)) == expected
        assert content(merged(first, merged(third, second))) == expected
        assert content(merged(whole, copy(whole))) == content(merged(whole, first)) == expected
        assert verify(whole).entries == len(in_all(there, "SELECT hash FROM decision"))
        nothing_is_lost(whole, there)
        reading(whole, "Amina").decide(row(0), "cannot tell")
        assert verify(whole).head.count("+") == 0  # what is decided then follows all that was merged
        for one in there:
            assert verify(whole, verify(one).head)


def nothing_is_lost(whole: Worklist, parts: list[Worklist]) -> None:
    """Every film at every place, whatever other films lay there; every reader; every entry, once."""
    places = "SELECT judge, location, member, frame, sha256 FROM picture WHERE sha256 IS NOT NULL"
    assert {(one[0], true_location(str(one[1])), *one[2:]) for one in in_all([whole], places)} == {
        (one[0], true_location(str(one[1])), *one[2:]) for one in in_all(parts, places)
    }
    for table in ("SELECT id FROM judge", "SELECT hash, entry FROM decision", "SELECT pin FROM reader"):
        assert in_all([whole], table) == in_all(parts, table)
    with whole.reading() as connection:
        asked = connection.execute("SELECT count(hash), count(DISTINCT hash) FROM decision").fetchone()
    assert asked[0] == asked[1]


def test_what_stands_is_the_same_on_each_laptop_that_merges() -> None:
    """Both carry a stick to the other one: then both go on from the same log."""
    first = laptop()
    laptops.decided(first, "Amina", 0, "agree")
    second = copy(first)
    laptops.decided(first, "Amina", 1, "agree")
    laptops.decided(second, "Björn", 1, "disagree")
    here, there = merged(first, second), merged(second, first)
    assert content(here) == content(there)
    assert laptops.stands(here, 1) == laptops.stands(there, 1)
    laptops.decided(here, "Chloé", 1, "refer", "arbitrate")
    laptops.decided(there, "Björn", 2, "refer")
    again = merged(there, here, first, second)
    assert laptops.stands(again, 1)[-1] == ("Chloé", "refer")
    assert laptops.stands(again, 2) == [("Björn", "refer")]
