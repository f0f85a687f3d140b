"""Pictures of a report: the very film that was judged or none, and why; outlines are the door's tests."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lightbox_edge.languages import ENGLISH
from lightbox_edge.loading import read_film
from lightbox_edge.regions.records import Region
from lightbox_edge.reporting.building import Reports
from lightbox_edge.reporting.picture_drawing import LONGER_SIDE, small_picture
from lightbox_edge.reporting.pictures import FilmPictures, Picture
from lightbox_edge.reporting.records import FilmReport
from lightbox_edge.worklist import Worklist
from tests.reported_films import FILMS, SAMPLES

GONE = "No picture: the film's file is gone, or is no longer the one that was judged."
YELLOW = np.array([240, 228, 66])


@pytest.fixture
def maker(worklist: Worklist) -> Iterator[FilmPictures]:
    with FilmPictures(worklist, ENGLISH, None, None) as made:
        yield made


def shown(worklist: Worklist, maker: FilmPictures) -> dict[str, Picture]:
    films: list[FilmReport] = list(Reports(worklist, ENGLISH, None).session().films)
    made = maker.of(films)
    return {film.path.rsplit("/", 1)[-1]: one for film, one in zip(films, made, strict=True)}


def opened(picture: Picture) -> Image.Image:
    assert picture.jpeg is not None
    return Image.open(io.BytesIO(picture.jpeg))


def test_films_zips_and_films_that_were_not_judged_have_pictures_of_one_size(
    worklist: Worklist, maker: FilmPictures
) -> None:
    made = shown(worklist, maker)
    assert made.pop("broken.dcm").words == ("No picture: the file could not be read.",)
    assert len(made) == 5
    assert {max(opened(one).size) for one in made.values()} == {LONGER_SIDE}
    assert made[FILMS[1]].words == ("No outline: the bundle that judged this film is not at hand.",)
    assert made[FILMS[0]].words == made[FILMS[3]].words == made["film-1.jpg"].words == ()
    again = shown(worklist, maker)
    assert [again[name].jpeg for name in made] == [one.jpeg for one in made.values()]


def test_a_picture_shows_the_film(worklist: Worklist, maker: FilmPictures) -> None:
    found = np.asarray(opened(shown(worklist, maker)[FILMS[3]]).convert("L"), np.float32)
    with Image.open(SAMPLES / FILMS[3]) as sample:
        film = np.asarray(sample.convert("L").resize(found.shape[::-1]), np.float32)
    assert np.corrcoef(found.ravel(), film.ravel())[0, 1] > 0.99


def test_another_file_in_the_films_place_is_not_shown(worklist: Worklist, maker: FilmPictures) -> None:
    """One that was overwritten with as many bytes, one that moved, and a zip that is gone."""
    films = Path(worklist.path).parent / "films"
    changed = bytearray((films / FILMS[0]).read_bytes())
    changed[-3] ^= 1
    (films / FILMS[0]).write_bytes(changed)
    os.rename(films / FILMS[1], films / "elsewhere.jpg")  # noqa: PTH104  # as somebody does
    (films / "two-films.zip").unlink()
    made = shown(worklist, maker)
    for name in (FILMS[0], FILMS[1], "film-1.jpg"):
        assert made[name] == Picture(None, (GONE,))
    assert made[FILMS[2]].jpeg is not None


def test_regions_are_drawn_in_colours_that_differ_and_no_more_than_can_be_seen() -> None:
    film = read_film(SAMPLES / FILMS[3], 1024)
    rows, columns = film.stored_size
    step = 0.1 * columns
    boxes = [(step * place, 0.1 * rows, step * (place + 1), 0.5 * rows) for place in range(6)]

    def drawn(count: int) -> NDArray[np.int64]:
        jpeg = small_picture(film, [Region("a", box) for box in boxes[:count]])
        return np.asarray(Image.open(io.BytesIO(jpeg))).astype(np.int64)

    plain, first, all_ = drawn(0), drawn(1), drawn(6)
    right = int(0.12 * plain.shape[1])
    near = np.abs(first - YELLOW).sum(axis=2) < 90
    assert near[:, :right].sum() > 100
    assert not near[:, right + 20 :].any()
    assert not (np.abs(plain - YELLOW).sum(axis=2) < 90).any()
    last = slice(int(0.55 * plain.shape[1]), None)  # where the fifth and the sixth would be
    assert np.abs(all_[:, last] - plain[:, last]).max() < 60
