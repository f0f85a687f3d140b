"""Words asked of real films: the very figures of screening, from wherever the film lies now."""

from __future__ import annotations

import dataclasses
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lightbox_edge import Bundle, LightboxError, Review, Worklist
from lightbox_edge.asking import Asker
from lightbox_edge.asking.answering import Answering, SeenFilm
from lightbox_edge.asking.picture import picture_of
from lightbox_edge.asking.wording import in_words
from lightbox_edge.decisions import pins
from lightbox_edge.languages import Language
from lightbox_edge.loading import load
from lightbox_edge.reading import Limits, Source
from tests.asked_films import NAMES, asker_of, row
from tests.tiny import write_bundle, write_films

FILM = NAMES[0]


@contextmanager
def elsewhere(path: Path) -> Iterator[Path]:
    """The file moved away for a while."""
    gone = path.with_name(f".{path.name}")
    path.rename(gone)
    try:
        yield gone
    finally:
        gone.rename(path)


@pytest.mark.parametrize(
    "name", [FILM, "film-07-monochrome2.dcm", "pages.tif#1", "pages.tif#2", "cd.zip/DICOM/IM3", "DICOM/IM1"]
)
def test_a_finding_of_the_bundle_has_the_probability_of_its_row(asker: Asker, place: Path, name: str) -> None:
    asked = row(place / "films.worklist", name)
    for score in asked.result.outcome.findings:
        reply = asker.ask(asked, f"  {score.name.upper()} . ")
        assert reply.path == asked.result.path
        assert reply.score.probability == pytest.approx(score.probability, abs=1e-4)
        assert (reply.score.threshold, reply.score.validated) == (score.threshold, score.validated)
        assert reply.asked_of == ""


def test_words_of_a_persons_own_are_neither_calibrated_nor_validated(asker: Asker, place: Path) -> None:
    reply = asker.ask(row(place / "films.worklist", FILM), "rib fracture")
    assert not reply.score.validated
    assert 0 < reply.score.probability < 1
    told = in_words(reply)
    assert told[0].startswith(f"Probability {reply.score.probability:.2f}, not calibrated. These words were ")
    assert told[1].startswith("They fit best here: ")
    assert told[-1] == "No diagnosis: a person decides."


def test_the_map_is_the_score_spread_out_and_its_maximum_lies_in_the_box(asker: Asker, place: Path) -> None:
    reply = asker.ask(row(place / "films.worklist", FILM), "lung opacity")
    rows, columns = reply.film.radiograph.stored_size
    assert reply.region.maximum is not None
    assert reply.region.box is not None
    left, top, right, bottom = reply.region.box
    x, y = reply.region.maximum
    assert 0 <= left <= x <= right <= columns
    assert 0 <= top <= y <= bottom <= rows
    coarse = reply.coarse_map(12, 30)
    assert coarse.levels.shape == coarse.lungs.shape == (12, round(24 * columns / rows))
    assert coarse.levels.max() == 9
    assert coarse.maximum == (int(y * 12 / rows), int(x * coarse.levels.shape[1] / columns))
    assert coarse.levels[coarse.maximum] >= 8
    assert 0.1 < coarse.lungs.mean() < 0.6
    assert max(picture_of(reply).size) == 1024  # type: ignore[attr-defined]  # Pillow's


def test_a_side_is_the_patients_and_limits_where_is_looked(asker: Asker, place: Path) -> None:
    asked = row(place / "films.worklist", FILM)
    both = asker.ask(asked, "pleural effusion")
    assert both.side is None
    middles = []
    for side in ("left", "right"):
        reply = asker.ask(asked, f"pleural effusion on the {side}")
        assert (reply.side, reply.is_on_side) == (side, True)
        assert reply.score == both.score  # the bundle's own finding; a side moves no figure
        assert reply.within is not None
        assert reply.region.maximum is not None
        assert reply.within[0] - 3 <= reply.region.maximum[0] <= reply.within[2] + 3  # a cell of the map
        assert f"Looked at about the patient's {side} lung alone" in "\n".join(in_words(reply))
        assert (reply.coarse_map(10, 20).levels == -1).mean() > 0.4
        middles.append((reply.within[0] + reply.within[2]) / 2)
    assert middles[0] > middles[1]  # the patient's left is on the right of the film


def test_sentences_are_said_in_the_readers_language(asker: Asker, place: Path) -> None:
    reply = asker.ask(row(place / "films.worklist", FILM), "rib fracture")
    other = Language("xx", "X", {"They fit best here: {place}.": "Hier: {place}."})
    assert in_words(reply, other)[1].startswith("Hier: ")


def test_a_film_that_is_not_judged_is_a_sentence(asker: Asker, place: Path) -> None:
    with pytest.raises(LightboxError, match=r"not-a-chest-film.png is not judged, so nothing can be asked"):
        asker.ask(row(place / "films.worklist", "not-a-chest-film.png"), "mass")
    with pytest.raises(LightboxError, match=r"cut.png cannot be read any more: |cut.png is not judged"):
        asker.ask(row(place / "films.worklist", "cut.png"), "mass")
    with pytest.raises(LightboxError, match="There are no words to look for"):
        asker.ask(row(place / "films.worklist", FILM), " . ")


def test_a_film_that_has_moved_or_changed_is_a_sentence(place: Path, bundle: Bundle) -> None:
    films, worklist = place / "films", place / "films.worklist"
    with asker_of(bundle, worklist) as asker:
        dicom = films / "film-07-monochrome2.dcm"
        with elsewhere(dicom):
            with pytest.raises(LightboxError) as caught:
                asker.ask(row(worklist, dicom.name), "mass")
            assert str(caught.value) == (
                f"{dicom} is no longer at {dicom}: put it back, or plug in the disk that it lies on."
            )
            shutil.copy(films / FILM, dicom)
            with pytest.raises(LightboxError, match="has changed since it was screened: screen it again"):
                asker.ask(row(worklist, dicom.name), "mass")
            dicom.write_text("no film")
            with pytest.raises(LightboxError, match="cannot be read any more: it is no picture"):
                asker.ask(row(worklist, dicom.name), "mass")
        assert asker.ask(row(worklist, dicom.name), "mass").path == str(dicom)
        with elsewhere(films / FILM):  # its copy is there
            assert asker.ask(row(worklist, FILM), "mass").path == str(films / FILM)


def test_the_bundle_is_opened_once_when_it_is_needed_and_the_decoder_ends(
    place: Path, bundle: Bundle
) -> None:
    opened: list[int] = []

    def open_it() -> Bundle:
        opened.append(1)
        return bundle

    with Asker(
        open_it, lambda: Worklist(place / "films.worklist"), threads=1, backend="onnxruntime"
    ) as asker:
        assert opened == []
        film = row(place / "films.worklist", FILM)
        replies: list[float] = []
        threads = [
            threading.Thread(target=lambda: replies.append(asker.ask(film, "mass").score.probability))
            for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(replies)) == 1 < len(replies)
        asker.ask(film, "rib fracture")
        asker.ask(film, "mass")
        assert opened == [1]
        assert asker.asked == ("rib fracture", "mass")
        assert asker._decoder is not None
        process = asker._decoder._process
        assert process.poll() is None
    assert process.poll() is not None


def test_another_bundle_than_the_rows_is_named(asker: Asker, place: Path, bundle: Bundle) -> None:
    film = row(place / "films.worklist", FILM)
    older = dataclasses.replace(film, judge=dataclasses.replace(film.judge, version="0.1"))
    reply = asker.ask(older, "mass")
    assert reply.asked_of == f"{film.judge.bundle} {bundle.manifest.version}"
    assert f"{reply.asked_of} answers; another bundle screened this film." in in_words(reply)


def test_a_blind_reader_asks_after_he_has_decided(
    place: Path, bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pins, "N", 2)
    path = tmp_path / "w"
    shutil.copy(place / "films.worklist", path)
    film = row(path, FILM)
    with Worklist(path) as worklist:
        review = Review(worklist, "blind-first")
        review.readers.add("Amina", "2468")
        review.sign_in("Amina", "2468")
        with asker_of(bundle, path, review.shows_machine) as asker:
            with pytest.raises(LightboxError, match="is hidden until you have decided on it"):
                asker.ask(film, "mass")
            review.decide(film, "something seen")
            assert asker.ask(film, "mass").words == "mass"


def test_a_flat_map_says_that_there_is_no_place(asker: Asker, place: Path) -> None:
    reply = asker.ask(row(place / "films.worklist", FILM), "mass")
    flat = dataclasses.replace(
        reply,
        where=None,
        region=dataclasses.replace(reply.region, maximum=None, box=None),
        found=dataclasses.replace(reply.found, log_odds=np.zeros_like(reply.found.log_odds)),
    )
    assert "The words fit no place of the film better than another." in in_words(flat)
    assert flat.coarse_map(5, 10).maximum is None
    assert set(np.unique(flat.coarse_map(5, 10).levels)) <= {-1, 0}


def test_a_bundle_with_a_segmenter_outlines_or_says_why_not(
    tmp_path: Path, film: Callable[[int], NDArray[np.uint8]]
) -> None:
    made = write_bundle(
        tmp_path / "tiny", write_films(tmp_path / "made", film, 16), segmenter=True, patches=True
    )
    Image.fromarray(film(1)).save(tmp_path / "film.png")
    answering = Answering(made, threads=1, backend="onnxruntime")
    source = Source("film.png", str(tmp_path / "film.png"), (), 1, 1)
    (frame,) = load(source, made.manifest.preprocessing, Limits(), kept_side=256).frames
    seen = answering.see("film.png", "film", frame)
    assert isinstance(seen, SeenFilm)
    reply = answering.answer(seen, "there is fluid on the left")
    assert reply.region.predicted_iou is not None
    assert reply.region.box is not None
    told = in_words(reply)
    if reply.region.mask is None:
        assert reply.region.reason in told
    else:
        assert reply.region.mask.shape == (256, 256)
        assert "The outline is where a model looks, not how large a disease is." in told
    assert (reply.side, reply.is_on_side, reply.within) == ("left", False, None)  # it finds no lungs
    assert "The lung on that side was not found, so the whole film was looked at." in told
