"""From map and prompt to region: what a poor mask is, what the heart is to cardiomegaly, what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from lightbox_edge.radiograph import Header, Radiograph
from lightbox_edge.regions.finding_regions import Film, finding_region, prompted_region
from lightbox_edge.regions.maps import FindingMap
from lightbox_edge.regions.organs import Organs, organ_regions, thorax_box
from lightbox_edge.regions.quality import quality_of, why_not_shown
from lightbox_edge.results import FindingScore
from lightbox_edge.segmenting import Mask as Outline
from lightbox_edge.segmenting import Prompt
from lightbox_edge.thorax import measure_thorax

SIZE = (120, 100)
Mask = NDArray[np.bool_]
FLAT = FindingMap(np.zeros(SIZE, np.float32), "occlusion")


class Stub:
    """A segmenter that outlines the same whatever it is asked, and keeps what it was asked."""

    def __init__(self, mask: Mask, iou: float) -> None:
        self.outline, self.asked = Outline(mask, iou), list[Prompt]()

    def masks(self, film: str, radiograph: Radiograph, prompts: Sequence[Prompt]) -> list[Outline]:
        self.asked += prompts
        return [self.outline] * len(prompts)


def filled(left: int, top: int, right: int, bottom: int) -> Mask:
    made = np.zeros(SIZE, np.bool_)
    made[top:bottom, left:right] = True
    return made


def organs(spacing: tuple[float, float] | None = (0.2, 0.2)) -> Organs:
    right, left, heart = filled(15, 20, 40, 90), filled(62, 20, 86, 92), filled(40, 55, 62, 88)
    masks = {"lung_right": right, "lung_left": left}
    return Organs(masks, heart, measure_thorax(right, left, heart, spacing))


def film(found: Organs | None = None, spacing_from: str = "") -> Film:
    spacing = (0.2, 0.2) if spacing_from else None
    radiograph = Radiograph(np.zeros(SIZE, np.uint8), SIZE, spacing, Header(), spacing_from)
    return Film("key", radiograph, found or Organs())


def bright(row: int, column: int, spread: int = 200) -> FindingMap:
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    return FindingMap(np.exp(-((y - row) ** 2 + (x - column) ** 2) / spread).astype(np.float32), "patches")


def score(name: str = "effusion", *, flagged: bool = True) -> FindingScore:
    return FindingScore(name, 0.7, 0.4, flagged)


def test_a_good_mask_is_a_region_with_its_quality() -> None:
    stub: Any = Stub(filled(65, 60, 80, 80), 0.9)
    region = finding_region(film(organs(), "PixelSpacing"), score(), bright(70, 72), stub)
    assert region.reason == ""
    assert region.mask is not None
    assert region.box == (65, 60, 79, 79)
    assert region.predicted_iou == 0.9
    told = region.told()
    assert told["lung_share"] == told["thorax_share"] == 1
    assert told["prompt_share"] > 0.8
    assert told["area_cm2"] == pytest.approx(15 * 20 * 0.04 / 100)
    assert told["millimetres_by"] == "PixelSpacing"
    assert told["maximum"] == pytest.approx([72.5, 70.5])
    assert told["map"] == "patches"
    assert (told["probability"], told["flagged"]) == (0.7, True)
    (asked,) = stub.asked
    assert asked.box is not None
    assert asked.box[0] < 72 < asked.box[2]


@pytest.mark.parametrize(
    ("mask", "iou", "why"),
    [
        (filled(65, 60, 80, 80), 0.3, "expects its outline to overlap by 0.300"),
        (filled(0, 0, 0, 0), 0.9, "outlined nothing"),
        (filled(20, 20, 40, 40), 0.9, "0% of the outline lies where it was asked for"),
    ],
)
def test_a_poor_mask_is_not_shown_and_the_box_stays(mask: Mask, iou: float, why: str) -> None:
    stub: Any = Stub(mask, iou)
    region = finding_region(film(organs()), score(), bright(70, 72), stub)
    assert region.mask is None
    assert why in region.reason
    assert region.box == stub.asked[0].box
    assert region.predicted_iou == iou


def test_specks_floods_and_what_lies_beside_the_thorax_are_no_findings_but_may_be_a_persons() -> None:
    thorax = (20.0, 20.0, 80.0, 90.0)
    for mask, why in (
        (filled(0, 0, 100, 100), "too large"),
        (filled(0, 0, 20, 40), "in the thorax"),
    ):
        quality = quality_of(mask, None, thorax, None)
        assert why in why_not_shown(0.9, quality, drawn=False)
        assert why_not_shown(0.9, quality, drawn=True) == ""
    speck = quality_of(np.eye(200, dtype=bool) & (np.arange(200) == 5), None, None, None)
    assert "too small" in why_not_shown(0.9, speck, drawn=False)


def test_only_the_thorax_is_looked_at() -> None:
    stub: Any = Stub(filled(65, 60, 80, 80), 0.9)
    corner = FindingMap(bright(4, 4, 20).log_odds * 5 + bright(70, 72).log_odds, "patches")
    assert finding_region(film(), score(), corner, stub).maximum == pytest.approx((4.5, 4.5))
    assert finding_region(film(organs()), score(), corner, stub).maximum == pytest.approx((72.5, 70.5), abs=1)


def test_cardiomegaly_is_the_heart_with_its_ratio_and_the_probability_of_screening() -> None:
    stub: Any = Stub(filled(65, 60, 80, 80), 0.9)
    found = organs()
    for one in (bright(70, 50), FLAT):
        region = finding_region(film(found, "ImagerPixelSpacing"), score("cardiomegaly"), one, stub)
        assert region.mask is found.heart
        assert region.predicted_iou is None
        assert region.told()["cardiothoracic_ratio"] == pytest.approx(22 / 71, abs=1e-4)
        assert region.told()["millimetres_by"] == "ImagerPixelSpacing"
        assert region.told()["probability"] == 0.7
        assert set(region.widths) == {"thorax", "heart_right", "heart_left"}
    assert stub.asked == []


def test_without_a_heart_cardiomegaly_is_a_finding_like_another() -> None:
    stub: Any = Stub(filled(65, 60, 80, 80), 0.9)
    region = finding_region(film(), score("cardiomegaly"), bright(70, 72), stub)
    assert region.mask is not None
    assert "cardiothoracic_ratio" not in region.told()


def test_what_is_missing_is_the_reason() -> None:
    boxed = finding_region(film(), score(), bright(70, 72), "no segmenter")
    assert (boxed.reason, boxed.mask) == ("no segmenter", None)
    assert boxed.box is not None
    flat = finding_region(film(), score(), FLAT, "no segmenter")
    assert "flat" in flat.reason
    assert flat.box is None
    assert flat.told()["map"] == "occlusion"


def test_a_persons_point_is_outlined_and_one_beside_the_film_is_not() -> None:
    stub: Any = Stub(filled(1, 1, 9, 9), 0.8)
    given = prompted_region("point", film(), (5, 5), stub)
    assert given.mask is not None
    assert given.box == (1, 1, 8, 8)
    assert stub.asked[0].box == pytest.approx((0, 0, 17, 17))  # a fifth of the longer side about it
    beside = prompted_region("box", film(), (100, 0, 140, 20), stub)
    assert beside.reason == "The box lies outside the film, which has 100 columns and 120 rows."


def test_one_lung_or_none_and_a_film_that_is_not_judged() -> None:
    whole = film(organs(None))
    both = {one.target: one for one in organ_regions(whole.organs, whole.radiograph)}
    assert list(both) == ["lung_left", "lung_right", "heart"]
    assert all(one.reason == "" for one in both.values())
    assert "heart_mm" not in both["heart"].told()  # this radiograph has no spacing
    masks = {"lung_right": organs().masks["lung_right"], "lung_left": np.zeros(SIZE, np.bool_)}
    one = {region.target: region for region in organ_regions(Organs(masks), whole.radiograph)}
    assert one["lung_right"].mask is not None
    assert "share_of_lungs" not in one["lung_right"].told()
    assert one["lung_left"].reason == "The left lung was not found."
    assert "two were not found" in one["heart"].reason
    assert thorax_box(Organs(masks)) is None
    refused = organ_regions(Organs(reason="It is an ankle."), whole.radiograph)
    assert [region.reason for region in refused] == ["It is an ankle."] * 3
