"""Readers of one film: what they agree on, and what they dispute."""

from __future__ import annotations

from pathlib import Path

import pytest

from lightbox_edge.cases import Case, agreed, consensus, is_disputed


def case(**answers: bool | None) -> Case:
    return Case(Path("f"), "f", {reader: {"effusion": said} for reader, said in answers.items()})


@pytest.mark.parametrize(
    ("film", "expected"),
    [
        (case(ada=True, ben=True), (True, False, True)),
        (case(ada=True, ben=False), (None, True, None)),
        (case(ada=True, ben=None), (True, False, None)),
        (case(ada=None, ben=None), (None, False, None)),
        (case(ada=False), (False, False, None)),
        (case(ada=False, ben=False, cy=True), (None, True, None)),
    ],
)
def test_agreed_disputed_consensus(film: Case, expected: tuple[bool | None, bool, bool | None]) -> None:
    assert (agreed(film, "effusion"), is_disputed(film, "effusion"), consensus(film, "effusion")) == expected
