"""A point of a film as a person would say it."""

from __future__ import annotations

import numpy as np
import pytest

from lightbox_edge.asking.where import Where, where_on
from lightbox_edge.asking.wording import place_in_words
from lightbox_edge.regions.organs import Organs

SIZE = (90, 120)


def organs() -> Organs:
    """The patient's right lung on the left of the film, the heart before the left one."""
    masks = {name: np.zeros(SIZE, np.bool_) for name in ("lung_left", "lung_right", "whole_lung_left")}
    masks["lung_right"][10:80, 10:50] = masks["lung_left"][10:80, 80:110] = True
    masks["whole_lung_left"][10:80, 60:110] = True
    heart = np.zeros(SIZE, np.bool_)
    heart[50:80, 45:75] = True
    return Organs(masks, heart)


@pytest.mark.parametrize(
    ("point", "where", "words"),
    [
        ((20, 15), Where(0, 0, "lung_right"), "upper left of the film, the patient's right lung"),
        ((95, 75), Where(2, 2, "lung_left"), "lower right of the film, the patient's left lung"),
        ((60, 55), Where(1, 1, "heart"), "middle of the film, the heart"),
        ((78, 55), Where(1, 1, "lung_left"), "middle of the film, the patient's left lung"),
        ((55, 5), Where(0, 1, "beside"), "upper middle of the film, beside lungs and heart"),
        ((120, 90), Where(2, 2, "beside"), "lower right of the film, beside lungs and heart"),
        ((0, 45), Where(1, 0, "beside"), "left of the film, half way down, beside lungs and heart"),
    ],
)
def test_a_place_has_a_third_and_a_part(point: tuple[float, float], where: Where, words: str) -> None:
    assert where_on(point, SIZE, organs()) == where
    assert place_in_words(where) == words


def test_without_lungs_nothing_is_said_of_the_patient() -> None:
    assert place_in_words(where_on((20, 15), SIZE, Organs())) == "upper left of the film"
