"""The heart between two lungs: on JSRT's drawings, and where the lungs leave no room for one."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lightbox_edge.heart import TIP, heart_between
from lightbox_edge.masks_measuring import dice_of
from lightbox_edge.thorax import measure_thorax

DATA = Path(__file__).parents[3] / "shared" / "data"
Mask = NDArray[np.bool_]


def drawn(name: str) -> tuple[Mask, Mask, Mask]:
    """Right lung, left lung and heart as people drew them."""
    bits = np.asarray(Image.open(DATA / "jsrt" / "masks" / name))
    return (bits & 1) > 0, (bits & 2) > 0, (bits & 4) > 0


def jsrt_masks() -> list[str]:
    with (DATA / "labels.csv").open(newline="", encoding="utf-8") as lines:
        files = [row["masks"] for row in csv.DictReader(lines) if row["source"] == "jsrt"]
    return [
        Path(one).name for place, one in enumerate(files) if place % 14
    ]  # those its shape was not read off


def test_hearts_of_jsrt_from_drawn_lungs() -> None:
    """102 films: mean Dice 0.92, the cardiothoracic ratio within 0.03 on 95 % of them."""
    dice, off = [], []
    for name in jsrt_masks():
        right, left, heart = drawn(name)
        made = heart_between(right, left)
        dice.append(dice_of(made, heart))
        ours, theirs = (measure_thorax(right, left, one, None) for one in (made, heart))
        assert ours is not None
        assert theirs is not None
        off.append(abs(ours.cardiothoracic_ratio - theirs.cardiothoracic_ratio))
    assert len(dice) == 102
    assert np.mean(dice) == pytest.approx(0.92, abs=0.01)
    assert np.mean(np.array(off) <= 0.03) >= 0.92


def test_the_heart_is_between_the_lungs_and_in_none_of_them() -> None:
    right, left, _ = drawn(jsrt_masks()[0])
    heart = heart_between(right, left)
    assert heart.any()
    assert not (heart & (right | left)).any()


def test_a_heart_ends_in_no_tip() -> None:
    for name in jsrt_masks()[:10]:
        heart = heart_between(*drawn(name)[:2])
        high = heart.sum(axis=0)
        assert high[high > 0].min() >= TIP * np.count_nonzero(heart.any(axis=1))


@pytest.mark.parametrize("side", ["right", "left", "both"])
def test_without_two_lungs_there_is_no_heart(side: str) -> None:
    right, left, _ = drawn(jsrt_masks()[0])
    none = np.zeros_like(right)
    assert not heart_between(none if side != "left" else right, none if side != "right" else left).any()
    assert measure_thorax(right, left, none, None) is None


def test_lungs_that_leave_no_room_have_no_heart() -> None:
    right, left, _ = drawn(jsrt_masks()[0])
    assert not heart_between(left, right).any()  # sides exchanged
    dot = np.zeros_like(right)
    dot[10:12, 10:12] = True
    assert not heart_between(right, dot).any()


def test_measurements_of_plain_shapes() -> None:
    right, left, heart = (np.zeros((100, 100), dtype=bool) for _ in range(3))
    right[10:80, 10:40] = True
    left[10:80, 60:80] = True
    heart[40:70, 35:65] = True
    heart[60:70, 30:35] = True  # farther to the patient's right, lower down
    measured = measure_thorax(right, left, heart, (0.5, 2.0))
    assert measured is not None
    assert (measured.thorax.left, measured.thorax.right, measured.thorax.pixels) == (10, 79, 70)
    assert measured.cardiothoracic_ratio == pytest.approx(35 / 70)
    assert (measured.heart_right.left, measured.heart_right.row) == (30, 64)
    assert measured.heart_left.right == 64
    assert measured.heart_right.pixels + measured.heart_left.pixels == 35
    assert measured.lung_share_left == pytest.approx(20 / 50)
    assert (measured.heart_millimetres, measured.thorax_millimetres) == (70.0, 140.0)
