"""Pictures of films: their size, window and marks, held against Pillow's own and against drawn ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lightbox_edge.preprocess import fit, stretch
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.reading.film_frames import FilmFrame, read_film_frame
from lightbox_edge.regions.records import Region
from lightbox_edge.thorax import Width
from lightbox_edge.viewing import Canvas, Film, View, focused, render, view_of
from lightbox_edge.viewing.film import BORDER, PERCENTILES, SIDE, presets_of
from lightbox_edge.viewing.marks import Mark, mark_of

SAMPLES = Path(__file__).parents[3] / "samples"
GOLDEN = Path(__file__).parent / "golden"
TOLERANCE = 6  # gray values: decoders and resizers differ in the last bit, and the window makes it larger
YELLOW = [240, 228, 66]


def film_of(frame: FilmFrame) -> Film:
    return Film(frame, presets_of(frame, None))


def sample(name: str, longer_side: int | None = None) -> Film:
    return film_of(read_film_frame((SAMPLES / name).read_bytes(), None, longer_side))


def ramp(rows: int, columns: int) -> Film:
    gray = np.linspace(0, 65535, rows * columns).reshape(rows, columns).astype(np.uint16)
    return film_of(FilmFrame(Radiograph(gray, (rows, columns))))


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 60),
    st.integers(1, 60),
    st.builds(Canvas, st.integers(1, 90), st.integers(1, 90), st.sampled_from([0.5, 1.0])),
    st.builds(View, zoom=st.floats(1, 32), x=st.floats(0, 1), y=st.floats(0, 1)),
)
def test_a_picture_is_as_large_as_its_canvas(rows: int, columns: int, canvas: Canvas, view: View) -> None:
    picture = render(ramp(rows, columns), view, canvas)
    assert picture.size == (canvas.columns, canvas.rows)
    assert picture.mode == "L"


@pytest.mark.parametrize("name", ["film-06-16-bit.png", "film-08-monochrome1.dcm", "film-09-jpeg-2000.dcm"])
def test_a_film_as_the_model_sees_it_is_what_the_model_gets(name: str) -> None:
    """The preset's window on the film at the network's size is `stretch` of what `fit` gives."""
    film = sample(name, 512)
    gray = stretch(fit(film.radiograph, SIDE), PERCENTILES, BORDER)
    rows, columns = gray.shape
    picture = np.asarray(render(film, view_of(film, 0, View()), Canvas(columns, rows)))
    assert np.abs(picture - 255 * gray).mean() < 1
    assert np.percentile(np.abs(picture - 255 * gray), 99) < TOLERANCE


@pytest.mark.parametrize(
    ("name", "view"),
    [
        ("whole", View()),
        ("lungs, closer", View(preset=2, zoom=3, x=0.3, y=0.4)),
        ("negative", View(inverted=True)),
    ],
)
def test_pictures_are_those_that_were_looked_at(name: str, view: View) -> None:
    film = sample("film-07-monochrome2.dcm", 400)
    picture = render(film, view_of(film, view.preset, view), Canvas(80, 84))
    kept = GOLDEN / f"{name}.png"
    with Image.open(kept) as golden:
        far = np.abs(np.asarray(picture, float) - np.asarray(golden, float))
    assert far.max() <= TOLERANCE


def test_a_whole_film_has_black_about_it() -> None:
    film = film_of(FilmFrame(Radiograph(np.full((50, 20), 200, np.uint8), (50, 20))))
    picture = np.asarray(render(film, View(level=0.5, width=1), Canvas(100, 50)))
    assert (picture[:, 40:60] == 200).all()
    assert (picture[:, :40] == 0).all()
    assert (picture[:, 60:] == 0).all()


def test_a_window_maps_its_ends_to_black_and_white() -> None:
    film = ramp(1, 256)
    picture = np.asarray(render(film, View(level=0.5, width=0.5), Canvas(256, 1)))[0]
    assert picture[:64].max() <= 1
    assert picture[192:].min() >= 254
    assert picture[128] == pytest.approx(128, abs=1)
    over = np.asarray(render(film, View(level=0.5, width=0.5, inverted=True), Canvas(256, 1)))[0]
    assert (over == 255 - picture).all()


def test_a_characters_cell_is_taller_than_wide() -> None:
    film = film_of(FilmFrame(Radiograph(np.full((100, 100), 255, np.uint8), (100, 100))))
    picture = np.asarray(render(film, View(), Canvas(80, 40, 0.5)))
    assert (picture[:, 0] == 255).all()  # a square film has twice as many columns as rows
    assert picture.all()


def marked(target: str = "effusion", **parts: object) -> Mark:
    return mark_of(Region(target, **parts), (100, 100))  # type: ignore[arg-type]


def test_an_outline_is_where_the_mask_ends_and_the_film_stays_grey_elsewhere() -> None:
    mask = np.zeros((100, 100), np.bool_)
    mask[20:60, 30:70] = True
    picture = np.asarray(render(ramp(100, 100), View(), Canvas(100, 100), [marked(mask=mask)]))
    assert picture.shape == (100, 100, 3)
    assert picture[20, 50].tolist() == YELLOW
    assert picture[59, 50].tolist() == YELLOW
    inside, outside = picture[40, 50], picture[80, 50]
    assert len(set(inside.tolist())) == len(set(outside.tolist())) == 1


def test_marks_move_with_the_film() -> None:
    """What is drawn at a place of the film is drawn where that place is seen."""
    point = marked(maximum=(25.0, 75.0))
    canvas = Canvas(200, 200)
    for view in (View(), View(zoom=2, x=0.25, y=0.75), View(zoom=3, x=0.3, y=0.7)):
        picture = np.asarray(render(ramp(100, 100), view, canvas, [point]))
        rows, columns = np.nonzero((picture == YELLOW).all(axis=2))
        span = 200 / view.zoom / 2  # of the film's 100 pixels, on the canvas
        left, top = view.x * 200 - span if view.zoom > 1 else 0, view.y * 200 - span if view.zoom > 1 else 0
        expected = ((50 - left) * view.zoom, (150 - top) * view.zoom)
        assert (columns.mean(), rows.mean()) == pytest.approx(expected, abs=2)


def test_a_map_is_warmest_where_the_words_fit_best() -> None:
    log_odds = np.zeros((10, 10), np.float32)
    log_odds[8, 1] = 5
    flat = film_of(FilmFrame(Radiograph(np.full((100, 100), 100, np.uint8), (100, 100))))
    view = View(overlay="map")
    picture = np.asarray(render(flat, view, Canvas(100, 100), [marked(log_odds=log_odds)])).astype(int)
    warmth = picture[..., 0] - picture[..., 2]
    row, column = np.unravel_index(warmth.argmax(), warmth.shape)
    assert (row // 10, column // 10) == (8, 1)
    assert warmth[10, 90] == 0


def test_no_overlay_is_the_film_alone() -> None:
    mask = np.ones((100, 100), np.bool_)
    with_mark = render(ramp(100, 100), View(overlay="none"), Canvas(50, 50), [marked(mask=mask)])
    assert with_mark.tobytes() == render(ramp(100, 100), View(), Canvas(50, 50)).tobytes()


def test_one_finding_is_drawn_at_a_time_with_the_organs() -> None:
    heart = marked("heart", widths={"thorax": Width(50, 10, 90)})
    first, second = marked("effusion"), marked("mass")
    marks = (heart, first, second)
    assert focused(marks) == (heart, first)
    assert focused(marks, "mass") == (heart, second)
    assert focused(marks, "nothing") == (heart, first)
    assert focused((heart,)) == (heart,)
    picture = np.asarray(render(ramp(100, 100), View(), Canvas(100, 100), [heart]))
    assert (picture[50, 10:90] == 255).all()
