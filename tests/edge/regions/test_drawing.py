"""Overlays and masks as files: sizes, colours, and which film they say they are of."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lightbox_edge.radiograph import Radiograph
from lightbox_edge.regions.captions import caption
from lightbox_edge.regions.drawing import FILM, SIDE, film_gray, mask_png, overlay_png
from lightbox_edge.regions.records import Region, no_region
from lightbox_edge.thorax import Width

YELLOW = (240, 228, 66)


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def film(rows: int, columns: int) -> Radiograph:
    gray = np.linspace(0, 255, rows * columns).reshape(rows, columns).astype(np.uint8)
    return Radiograph(gray, (rows, columns))


def overlaid(radiograph: Radiograph, region: Region) -> bytes:
    return overlay_png(film_gray(radiograph), radiograph.stored_size, region, "k")


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 90), st.integers(1, 90), st.integers(0, 2**32 - 1))
def test_a_mask_comes_back_as_it_was_with_its_films_name(rows: int, columns: int, seed: int) -> None:
    mask = np.random.default_rng(seed).random((rows, columns)) > 0.5
    image = opened(mask_png(mask, "abc#2"))
    assert image.info[FILM] == "abc#2"
    assert (np.asarray(image) == np.where(mask, 255, 0)).all()


@pytest.mark.parametrize("size", [(300, 200), (200, 300), (7, 5), (1, 900), (2500, 1800)])
def test_an_overlay_shows_the_whole_film_and_words_beneath(size: tuple[int, int]) -> None:
    mask = np.zeros(size, np.bool_)
    mask[size[0] // 4 : size[0] // 2 + 1, size[1] // 4 : size[1] // 2 + 1] = True
    image = opened(overlaid(film(*size), Region("effusion", (1, 1, 3, 3), mask)))
    assert image.mode == "RGB"
    assert max(image.width, image.height) >= SIDE
    words = np.asarray(image)[-40:]
    assert words.max() > 200  # they are written
    assert image.info[FILM] == "k"


def test_the_outline_lies_around_the_mask_and_nothing_else_is_painted() -> None:
    mask = np.zeros((512, 512), np.bool_)
    mask[100:200, 150:300] = True
    image = np.asarray(opened(overlaid(film(512, 512), Region("effusion", None, mask))))[:SIDE]
    rows, columns = np.nonzero((image == YELLOW).all(axis=2))
    assert abs(int(rows.min()) - 200) <= 2
    assert abs(int(rows.max()) - 399) <= 2
    assert abs(int(columns.min()) - 300) <= 2
    assert abs(int(columns.max()) - 599) <= 2
    gray = (image[..., 0] == image[..., 1]) & (image[..., 1] == image[..., 2])
    gray[195:405, 295:605] = True
    assert gray.all()


def test_the_cardiothoracic_lines_are_drawn_in_their_rows() -> None:
    widths = {"thorax": Width(400, 50, 460), "heart_left": Width(300, 250, 350)}
    heart = Region("heart", measurements={"cardiothoracic_ratio": 0.5, "view": "AP"}, widths=widths)
    dark = Radiograph(np.full((512, 512), 9, np.uint8), (512, 512))
    image = np.asarray(opened(overlaid(dark, heart)))
    assert (image[801, 130:900] > 200).all()
    assert (image[601, 520:690] > 200).all()
    words = " ".join(caption(heart))
    assert "cardiothoracic ratio 0.50, no millimetres" in words
    assert "(AP) enlarges the heart" in words


def test_captions_say_why_there_is_no_region_and_whose_millimetres_they_are() -> None:
    assert "no region. It is an ankle." in caption(no_region("lung_left", "It is an ankle."))[0]
    told = {"cardiothoracic_ratio": 0.44, "heart_mm": 131.2, "thorax_mm": 298.0}
    inside = Region("heart", measurements=told | {"millimetres_by": "PixelSpacing"})
    assert "heart 131 mm, thorax 298 mm (PixelSpacing)" in caption(inside)[0]
    detector = Region("heart", measurements=told | {"millimetres_by": "ImagerPixelSpacing"})
    assert "ImagerPixelSpacing, measured at the detector or on the film, so larger" in caption(detector)[0]
    assert "No diagnosis" in caption(detector)[1]


def test_captions_say_of_words_that_nobody_validated_them() -> None:
    told = {"probability": 0.3, "threshold": 0.5, "flagged": False}
    spoken = Region("rib fracture", measurements=told | {"validated": False})
    assert "not flagged, probability 0.30 (threshold 0.50); never validated" in caption(spoken)[0]
    own = Region("effusion", measurements=told | {"validated": True})
    assert "never validated" not in caption(own)[0]
