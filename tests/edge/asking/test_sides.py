"""Which side words name, and what is left of them without it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightbox_edge.asking.sides import side_of, without_side


@pytest.mark.parametrize(
    ("words", "side"),
    [
        ("rib fracture on the left", "left"),
        ("Right-sided pleural effusion", "right"),
        ("LEFT lower lobe collapse", "left"),
        ("effusion, left and right", None),
        ("bilateral effusion", None),
        ("bright spot", None),
        ("leftover contrast", None),
    ],
)
def test_a_side_is_named_or_not(words: str, side: str | None) -> None:
    assert side_of(words) == side


@pytest.mark.parametrize(
    "words",
    [
        "pleural effusion on the left",
        "left pleural effusion",
        "Left-sided pleural effusion",
        "pleural effusion, right side",
        "pleural effusion of the patient's right lung",
        "pleural effusion in his left hemithorax",
    ],
)
def test_the_finding_is_what_is_left(words: str) -> None:
    assert "pleural effusion" in list(without_side(words))


def test_a_lung_may_belong_to_the_finding() -> None:
    assert "lung opacity" in list(without_side("right lung opacity"))


@given(st.sampled_from(["left", "right"]), st.sampled_from(["mass", "rib fracture", "lung opacity"]))
def test_any_order_names_the_same(side: str, finding: str) -> None:
    for words in (f"{finding} on the {side}", f"{side} {finding}", f"{side.upper()}-sided {finding}"):
        assert side_of(words) == side
        assert finding in [one.casefold() for one in without_side(words)]
