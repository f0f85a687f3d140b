"""Opening a worklist's films: zips, frames, files that moved or changed, and what is drawn upon them."""

from __future__ import annotations

import dataclasses
import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from lightbox_edge import Bundle, LightboxError, Screener, Worklist
from lightbox_edge.decisions import ReviewRow
from lightbox_edge.loading import load
from lightbox_edge.reading import Limits, Source
from lightbox_edge.reading.dicom_header import HeaderLine
from lightbox_edge.viewing import FilmViewer, View, view_of
from lightbox_edge.viewing.looking import Looker
from tests.edge.viewing.conftest import Dicom
from tests.tiny import Film, write_bundle, write_films

SAMPLES = Path(__file__).parents[3] / "samples"


@pytest.fixture(scope="module")
def screened(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A worklist of real films in a folder: plain, DICOM, in a zip in a zip, two pages of one file."""
    folder = tmp_path_factory.mktemp("films")
    for name in ("film-02-lung-opacity.jpg", "film-07-monochrome2.dcm", "not-a-chest-film.png"):
        shutil.copy(SAMPLES / name, folder / name)
    with zipfile.ZipFile(folder / "in ner.zip", "w") as inner:
        inner.write(SAMPLES / "film-03-effusion.jpg", "deep/er/film.jpg")
    with zipfile.ZipFile(folder / "cd.zip", "w") as outer:
        outer.write(folder / "in ner.zip", "disc/in ner.zip")
        outer.write(SAMPLES / "film-01-normal.jpg", "disc/plain.jpg")
    (folder / "in ner.zip").unlink()
    with Image.open(SAMPLES / "film-01-normal.jpg") as one, Image.open(SAMPLES / "film-05-8-bit.png") as two:
        one.convert("L").save(folder / "pages.tif", save_all=True, append_images=[two.convert("L")])
    with Worklist(folder / "w") as worklist, Screener(bundle, worklist, precision="int8_avx2") as screener:
        assert len(list(screener.screen([folder]))) == 7
    return folder


@pytest.fixture
def worklist(screened: Path) -> Iterator[Worklist]:
    with Worklist(screened / "w") as made:
        yield made


@pytest.fixture
def viewer(worklist: Worklist, bundle: Bundle) -> Iterator[FilmViewer]:
    with FilmViewer(worklist, bundle) as made:
        yield made


def row(worklist: Worklist, ending: str) -> ReviewRow:
    (found,) = [(judge, one) for judge, one in worklist.judged() if one.path.endswith(ending)]
    return ReviewRow(found[1], found[0])


def test_every_film_of_a_worklist_opens_as_what_it_is(worklist: Worklist, viewer: FilmViewer) -> None:
    shapes = {
        "film-02-lung-opacity.jpg": (512, 512),
        "film-07-monochrome2.dcm": (512, 512),
        "cd.zip/disc/in ner.zip/deep/er/film.jpg": (512, 512),
        "cd.zip/disc/plain.jpg": (512, 512),
        "pages.tif#1": (512, 512),
        "pages.tif#2": (512, 512),
        "not-a-chest-film.png": (720, 540),
    }
    opened = {ending: viewer.open(row(worklist, ending)).result() for ending in shapes}
    assert {ending: film.shape for ending, film in opened.items()} == shapes
    assert not any(film.changed for film in opened.values())
    with (
        Image.open(SAMPLES / "film-03-effusion.jpg") as effusion,
        Image.open(SAMPLES / "film-05-8-bit.png") as two,
    ):
        deep = opened["cd.zip/disc/in ner.zip/deep/er/film.jpg"].radiograph.pixels
        assert np.array_equal(deep, np.asarray(effusion.convert("L")))
        assert np.array_equal(opened["pages.tif#2"].radiograph.pixels, np.asarray(two.convert("L")))


def test_what_was_opened_is_kept_and_what_is_prefetched_is_there(
    worklist: Worklist, viewer: FilmViewer
) -> None:
    first, second = row(worklist, "pages.tif#1"), row(worklist, "pages.tif#2")
    film = viewer.open(first).result()
    viewer.prefetch([first, second])
    assert viewer.open(first).result() is film
    assert viewer.open(second) is viewer.open(second)


def test_regions_are_those_of_the_film_and_its_findings(worklist: Worklist, viewer: FilmViewer) -> None:
    opacity = row(worklist, "film-02-lung-opacity.jpg")
    looked = viewer.look(opacity).result()
    assert viewer.look(opacity).result() is looked
    flagged = {one.name for one in opacity.result.outcome.findings if one.flagged}
    assert {mark.target for mark in looked.marks} == {"lung_left", "lung_right", "heart"} | flagged
    assert [mark.target for mark in looked.marks[:3]] == ["lung_left", "lung_right", "heart"]
    best = max(opacity.result.outcome.findings, key=lambda one: one.probability)
    assert looked.marks[3].target == best.name
    assert all(mark.heat is not None for mark in looked.marks[3:])
    told = dict(looked.told)
    assert told["heart"].startswith("cardiothoracic ratio 0.4")
    assert not looked.only_organs


def test_another_judges_findings_are_not_drawn(worklist: Worklist, bundle: Bundle) -> None:
    opacity = row(worklist, "film-02-lung-opacity.jpg")
    file = SAMPLES / "film-02-lung-opacity.jpg"
    looker = Looker(bundle)
    source = Source(str(file), str(file), (), 0, 0)
    (frame,) = load(source, looker.preprocessing, Limits(), kept_side=1024).frames
    stranger = ReviewRow(opacity.result, dataclasses.replace(opacity.judge, id="another"))
    looked = looker.look(stranger, frame)
    assert looked.only_organs
    assert {mark.target for mark in looked.marks} == {"lung_left", "lung_right", "heart"}
    gone = ReviewRow(opacity.result, dataclasses.replace(opacity.judge, precision="int8_weights"))
    with pytest.raises(LightboxError, match="has no int8_weights models"):
        looker.look(gone, frame)


def test_a_film_that_was_not_judged_has_no_regions(worklist: Worklist, viewer: FilmViewer) -> None:
    looked = viewer.look(row(worklist, "not-a-chest-film.png")).result()
    assert all(mark.mask is None for mark in looked.marks)
    assert all("does not look like" in told for _, told in looked.told)


def test_without_a_bundle_there_are_pictures(worklist: Worklist) -> None:
    with FilmViewer(worklist) as viewer:
        opacity = row(worklist, "film-02-lung-opacity.jpg")
        assert [one.kind for one in viewer.open(opacity).result().presets] == ["model", "lungs", "whole"]
        with pytest.raises(LightboxError, match="There is no bundle to look with"):
            viewer.look(opacity).result()


def test_a_film_that_moved_changed_or_broke_is_one_sentence(
    screened: Path, bundle: Bundle, tmp_path: Path
) -> None:
    folder = tmp_path / "films"
    folder.mkdir()
    for number in range(3):
        shutil.copy(SAMPLES / "film-01-normal.jpg", folder / f"{number}.jpg")
    shutil.copy(SAMPLES / "two-films.zip", folder / "cd.zip")
    with Worklist(folder / "w") as worklist, Screener(bundle, worklist, precision="int8_avx2") as screener:
        list(screener.screen([folder]))
    (folder / "0.jpg").rename(folder / "away")
    shutil.copy(SAMPLES / "film-02-lung-opacity.jpg", folder / "1.jpg")
    (folder / "2.jpg").write_bytes((folder / "2.jpg").read_bytes()[:3000])
    (folder / "cd.zip").unlink()
    with Worklist(folder / "w") as worklist, FilmViewer(worklist, bundle) as viewer:
        with pytest.raises(LightboxError, match="The file is no longer there"):
            viewer.open(row(worklist, "/0.jpg")).result()
        assert viewer.open(row(worklist, "/1.jpg")).result().changed
        with pytest.raises(LightboxError, match="has changed since it was judged"):
            viewer.look(row(worklist, "/1.jpg")).result()
        with pytest.raises(LightboxError, match="damaged or cut short"):
            viewer.open(row(worklist, "/2.jpg")).result()
        with pytest.raises(LightboxError, match="The zip is no longer there"):
            viewer.open(row(worklist, "film-2.jpg")).result()
        (folder / "away").rename(folder / "0.jpg")  # the stick is plugged in again
        assert viewer.open(row(worklist, "/0.jpg")).result().shape == (512, 512)


def test_the_film_as_the_model_gets_it(worklist: Worklist, viewer: FilmViewer, bundle: Bundle) -> None:
    compared = viewer.compare(row(worklist, "film-02-lung-opacity.jpg")).result()
    side = bundle.manifest.preprocessing.input_size
    assert compared.film.shape == (side, side)
    assert (compared.own, compared.other) == ("int8_avx2", "")
    with pytest.raises(LightboxError, match="The model does not get this film"):
        viewer.compare(row(worklist, "not-a-chest-film.png")).result()


def test_a_header_is_plain_text_without_bulk(worklist: Worklist, viewer: FilmViewer) -> None:
    lines = viewer.header(row(worklist, "film-07-monochrome2.dcm")).result()
    assert HeaderLine("(0010,0020)", "Patient ID", "SAMPLE-07") in lines
    assert not any(line.tag == "(7FE0,0010)" for line in lines)
    with pytest.raises(LightboxError, match="no DICOM file"):
        viewer.header(row(worklist, "film-02-lung-opacity.jpg")).result()


def test_the_earlier_film_of_the_same_patient(dicom: Dicom, tmp_path: Path, bundle: Bundle) -> None:
    with Image.open(SAMPLES / "film-05-8-bit.png") as picture:
        film = np.asarray(picture.convert("L"), np.uint16) * 16
    for name, patient, day in (
        ("a.dcm", "P1", "20240101"), ("b.dcm", "P1", "20240301"), ("c.dcm", "P1", "20240601"),
        ("d.dcm", "P2", "20240501"), ("e.dcm", "P1", ""), ("f.dcm", "", "20240101"),
    ):  # fmt: skip
        film[0, 0] += 1  # another content
        dicom(name, film, PatientID=patient, StudyDate=day)
    with Worklist(tmp_path / "w") as worklist, Screener(bundle, worklist, precision="int8_avx2") as screener:
        list(screener.screen([tmp_path]))
    with Worklist(tmp_path / "w") as worklist, FilmViewer(worklist) as viewer:

        def before(name: str) -> str | None:
            found = viewer.previous(row(worklist, name))
            return found and found.result.path[-5:]

        assert [before(f"{name}.dcm") for name in "abcdef"] == [None, "a.dcm", "b.dcm", None, None, None]
        found = viewer.previous(row(worklist, "c.dcm"))
        assert found is not None
        assert viewer.open(found).result().shape == (512, 512)


@pytest.mark.skipif(os.name != "posix", reason="permissions")
def test_a_film_for_the_systems_viewer_is_whole_private_and_gone_after(
    worklist: Worklist, bundle: Bundle
) -> None:
    opacity = row(worklist, "film-02-lung-opacity.jpg")
    with FilmViewer(worklist, bundle) as viewer:
        film, marks = viewer.open(opacity).result(), viewer.look(opacity).result().marks
        view = view_of(film, 0, View(zoom=4))
        file = viewer.write(opacity, view, marks, ["heart: large", "a person decides"]).result()
        with Image.open(file) as picture:
            assert picture.mode == "RGB"
            assert picture.width == film.radiograph.stored_size[1]
            assert picture.height > film.radiograph.stored_size[0]  # words beneath
            colours = np.asarray(picture)[:512].reshape(-1, 3)
        assert (colours == [86, 180, 233]).all(axis=1).any()
        assert file.parent.stat().st_mode & 0o777 == 0o700
    assert not file.parent.exists()


def test_rows_of_another_worklist_are_refused(worklist: Worklist, viewer: FilmViewer) -> None:
    film = row(worklist, "pages.tif#1")
    other = ReviewRow(msgspec.structs.replace(film.result, file="elsewhere.png"), film.judge)
    with pytest.raises(LightboxError, match="has no film elsewhere"):
        viewer.open(other)


def test_fp32_beside_int8_where_the_bundle_has_both(tmp_path: Path, film: Film) -> None:
    """The same network under two names says the same twice."""
    films = write_films(tmp_path / "films", film, 8)
    made = write_bundle(tmp_path / "tiny", films, segmenter=False)
    both = {"fp32": made.manifest.ladder["fp32"], "int8_avx2": made.manifest.ladder["fp32"]}
    two = dataclasses.replace(made, manifest=msgspec.structs.replace(made.manifest, ladder=both))
    with Worklist(tmp_path / "w") as worklist:
        with Screener(two, worklist, precision="int8_avx2") as screener:
            list(screener.screen([tmp_path / "films" / "000.png"]))
        with FilmViewer(worklist, two) as viewer:
            compared = viewer.compare(row(worklist, "000.png")).result()
    assert (compared.own, compared.other) == ("int8_avx2", "fp32")
    assert compared.probabilities["int8_avx2"] == compared.probabilities["fp32"]
    assert len(compared.probabilities["fp32"]) == 1
