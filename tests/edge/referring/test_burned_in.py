"""Letters on a film are warned about, and the header's word on them is heard."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lightbox_edge.radiograph import Radiograph
from lightbox_edge.referring.burned_in import Look, lettered_places, look
from tests.edge.referring.planted import film, written
from tests.marked_films import MARKERS, Gray, marked

SAMPLES = Path(__file__).parents[3] / "samples"
CORNERS = {"tl": "top left", "tr": "top right", "bl": "bottom left", "br": "bottom right"}


@pytest.fixture(scope="module")
def films() -> list[Gray]:
    return [np.asarray(Image.open(file).convert("L")) for file in sorted(SAMPLES.glob("film-0[1-4]*.jpg"))]


def places(pixels: Gray) -> tuple[str, ...]:
    return lettered_places(Radiograph(pixels, (pixels.shape[0], pixels.shape[1])))


@pytest.mark.parametrize("marker", MARKERS, ids=str)
def test_letters_are_seen_in_their_corner(films: list[Gray], marker: object) -> None:
    seen = [CORNERS[marker.corner] in places(marked(one, marker)) for one in films]  # type: ignore[attr-defined,arg-type]
    # Black letters on a corner that is black are no letters.
    assert sum(seen) >= (2 if marker.ink == 0 and marker.ground is None else 4)  # type: ignore[attr-defined]


def test_a_plain_film_has_none() -> None:
    smooth = np.add.outer(np.linspace(0, 120, 500), np.linspace(0, 120, 400)).astype(np.uint8)
    assert places(smooth) == ()
    assert places(np.zeros((300, 300), np.uint8)) == ()


@pytest.mark.parametrize("shape", [(3, 900), (1, 1), (40, 30)])
def test_any_shape_is_looked_at(shape: tuple[int, int]) -> None:
    assert isinstance(places(np.full(shape, 7, np.uint8)), tuple)


@pytest.mark.parametrize(
    ("declared", "warning"),
    [
        ("YES", "its header says that text is burned in"),
        ("NO", None),
        ("", "nothing says whether text is burned in"),
    ],
)
def test_what_the_header_says_is_told(declared: str, warning: str | None) -> None:
    values = {"BurnedInAnnotation": declared} if declared else {}
    assert look(written(film(**values))).warnings == ((warning,) if warning else ())


def test_a_picture_says_nothing_of_it() -> None:
    out = io.BytesIO()
    Image.fromarray(np.zeros((90, 90), np.uint8)).save(out, "PNG")
    assert look(out.getvalue()) == Look("", ())


def test_a_film_may_warn_of_both() -> None:
    assert (
        Look("YES", ("top left", "top right")).warnings[1]
        == "there may be letters at the top left and the top right"
    )
