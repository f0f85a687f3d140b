"""Screening: nothing is judged twice, everything is named, and the worklist holds what was said."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from lightbox_edge.bundle import Bundle
from lightbox_edge.decoder import DecoderLost
from lightbox_edge.errors import LightboxError
from lightbox_edge.findings import WantedFinding
from lightbox_edge.judging import Encoded
from lightbox_edge.results import Result
from lightbox_edge.screener import Screener
from lightbox_edge.worklist import Worklist

Film = Callable[[int], NDArray[np.uint8]]
NAMES = ["a.png", "b.png", "copy.png", "d.zip/again.png", "d.zip/new.png", "pages.tif"]


@pytest.fixture
def folder(tmp_path: Path, film: Film) -> Path:
    """Two films, one of them three times, one more in a zip, and a TIFF of three pages."""
    folder = tmp_path / "films"
    folder.mkdir()
    for number, name in enumerate(("a.png", "b.png")):
        Image.fromarray(film(number)).save(folder / name)
    (folder / "copy.png").write_bytes((folder / "a.png").read_bytes())
    Image.fromarray(film(2)).save(tmp_path / "new.png")
    with zipfile.ZipFile(folder / "d.zip", "w") as archive:
        archive.write(folder / "a.png", "again.png")
        archive.write(tmp_path / "new.png", "new.png")
    pages = [Image.fromarray(film(10 + page)) for page in range(3)]
    pages[0].save(folder / "pages.tif", save_all=True, append_images=pages[1:])
    return folder


@contextmanager
def opened(
    bundle: Bundle, worklist: Path | str, findings: list[WantedFinding] | None = None
) -> Iterator[tuple[Screener, Worklist]]:
    with (
        Worklist(worklist) as kept,
        Screener(bundle, kept, threads=1, findings=findings) as screener,
    ):
        yield screener, kept


def rows(results: Iterator[Result], folder: Path) -> dict[str, Result]:
    """By path below the folder; each path once."""
    listed = list(results)
    named = {row.path.removeprefix(f"{folder}/"): row for row in listed}
    assert len(named) == len(listed)
    return named


def test_each_picture_has_one_row_in_the_order_of_paths(bundle: Bundle, folder: Path) -> None:
    with opened(bundle, ":memory:") as (screener, worklist):
        shown = rows(screener.screen([folder]), folder)
        assert list(shown) == [*NAMES[:5], *(f"pages.tif#{page}" for page in (1, 2, 3))]
        assert rows(worklist.results(), folder) == shown
        assert len({row.sha256 for row in shown.values()}) == 4


def test_the_same_content_is_judged_once_and_shown_each_time(
    bundle: Bundle, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(bundle, ":memory:") as (screener, _):
        encoded = []
        run = screener.model.run

        def counting(pixels: NDArray[np.float32]) -> Encoded:
            encoded.append(len(pixels))
            return run(pixels)

        monkeypatch.setattr(screener.model, "run", counting)
        shown = rows(screener.screen([folder]), folder)
        # a, b, new and three pages; those that the input checks refuse are not encoded
        contents = [row for name, row in shown.items() if name not in ("copy.png", "d.zip/again.png")]
        refused = sum(row.outcome.status == "not judged" for row in contents)
        assert len(contents) == 6
        assert 6 - refused <= sum(encoded) <= 6
        assert shown["a.png"].outcome == shown["copy.png"].outcome == shown["d.zip/again.png"].outcome
        assert shown["a.png"].outcome.findings != shown["b.png"].outcome.findings or not (
            shown["a.png"].outcome.findings
        )
        tally = screener.tally
        assert (tally.judged + tally.not_judged, tally.unreadable, tally.known) == (8, 0, 0)


def test_a_second_run_judges_nothing_and_says_the_same(bundle: Bundle, folder: Path, tmp_path: Path) -> None:
    with opened(bundle, tmp_path / "w.worklist") as (screener, _):
        first = list(screener.screen([folder]))
    with opened(bundle, tmp_path / "w.worklist") as (screener, worklist):
        assert list(screener.screen([folder])) == first
        assert screener.model.seconds == 0
        assert screener.tally.known == len(first)
        assert screener.tally.judged == screener.tally.not_judged == screener.tally.decode == 0
        assert len(list(worklist.results())) == len(first)


def test_only_a_changed_file_is_judged_again(
    bundle: Bundle, folder: Path, tmp_path: Path, film: Film
) -> None:
    with opened(bundle, tmp_path / "w.worklist") as (screener, _):
        first = rows(screener.screen([folder]), folder)
    Image.fromarray(film(99)).save(folder / "b.png")
    os.utime(folder / "copy.png", ns=(1, 1))  # the same content at another time
    with opened(bundle, tmp_path / "w.worklist") as (screener, worklist):
        second = rows(screener.screen([folder]), folder)
        assert screener.tally.known == len(first) - 2
        assert rows(worklist.results(), folder) == second
    assert second.pop("b.png").sha256 != first.pop("b.png").sha256
    assert second == first


def test_a_file_that_has_fewer_frames_now_keeps_no_old_ones(
    bundle: Bundle, folder: Path, tmp_path: Path, film: Film
) -> None:
    with opened(bundle, tmp_path / "w.worklist") as (screener, _):
        list(screener.screen([folder]))
    Image.fromarray(film(98)).save(folder / "pages.tif")
    with opened(bundle, tmp_path / "w.worklist") as (screener, worklist):
        list(screener.screen([folder]))
        assert list(rows(worklist.results(), folder)).count("pages.tif") == 1
        assert not [row for row in worklist.results() if row.frame]


def test_what_cannot_be_read_is_named_and_stops_nothing(bundle: Bundle, folder: Path, film: Film) -> None:
    (folder / "aa.png").write_bytes((folder / "a.png").read_bytes()[:2000])
    (folder / "c.zip").write_bytes(b"PK\3\4 and no more")
    (folder / "empty").write_bytes(b"")
    (folder / "notes.txt").write_text("no picture")
    (folder / "void").symlink_to("nowhere")
    with opened(bundle, ":memory:") as (screener, worklist):
        shown = rows(screener.screen([folder]), folder)
        assert screener.tally.no_images == 1
        assert screener.tally.unreadable == 4
        assert rows(worklist.results(), folder) == shown
    bad = {name: row for name, row in shown.items() if row.outcome.status == "unreadable"}
    assert list(bad) == ["aa.png", "c.zip", "empty", "void"]
    assert all(row.outcome.reasons[0].endswith(".") for row in bad.values())
    assert all(row.outcome.triage == "not judged" for row in bad.values())
    assert len(shown) == 12


def test_two_places_in_one_zip_that_cannot_be_looked_into_keep_a_row_each(
    bundle: Bundle, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "cd.zip", "w") as archive:
        archive.writestr("one.zip", b"PK\3\4 cut")
        archive.writestr("two.zip", b"PK\3\4 cut too")
    with opened(bundle, ":memory:") as (screener, worklist):
        shown = rows(screener.screen([tmp_path / "cd.zip"]), tmp_path)
        assert list(shown) == ["cd.zip/one.zip", "cd.zip/two.zip"]
        assert rows(worklist.results(), tmp_path) == shown


def test_what_could_not_be_read_is_tried_again(bundle: Bundle, folder: Path, tmp_path: Path) -> None:
    content = (folder / "d.zip").read_bytes()
    (folder / "d.zip").write_bytes(content[:-40])
    with opened(bundle, tmp_path / "w.worklist") as (screener, _):
        assert "d.zip" in rows(screener.screen([folder]), folder)
    (folder / "d.zip").write_bytes(content)
    with opened(bundle, tmp_path / "w.worklist") as (screener, worklist):
        shown = rows(screener.screen([folder]), folder)
        assert list(shown)[:5] == NAMES[:5]
        assert rows(worklist.results(), folder) == shown


def test_other_findings_are_another_judge(bundle: Bundle, folder: Path, tmp_path: Path) -> None:
    name = bundle.manifest.findings[0].name
    with opened(bundle, tmp_path / "w.worklist") as (screener, _):
        own = rows(screener.screen([folder]), folder)
        own_judge = screener.model.judge
    with opened(bundle, tmp_path / "w.worklist", [WantedFinding(name, (), 0.25)]) as (screener, worklist):
        wanted = rows(screener.screen([folder]), folder)
        assert screener.tally.known == 0
        assert screener.model.judge.id != own_judge.id
        assert len(list(worklist.results())) == len(own) + len(wanted)
    for row in wanted.values():
        assert [(one.name, one.threshold) for one in row.outcome.findings] in ([], [(name, 0.25)])


def test_a_path_that_does_not_exist_is_an_error_before_anything_is_judged(
    bundle: Bundle, folder: Path
) -> None:
    with opened(bundle, ":memory:") as (screener, worklist):
        with pytest.raises(LightboxError, match="nowhere does not exist"):
            list(screener.screen([folder, folder / "nowhere"]))
        assert not list(worklist.results())


def test_no_file_gives_no_row(bundle: Bundle, tmp_path: Path) -> None:
    with opened(bundle, ":memory:") as (screener, _):
        assert not list(screener.screen([tmp_path]))


def test_a_run_that_is_left_early_keeps_what_it_told(bundle: Bundle, folder: Path, tmp_path: Path) -> None:
    with opened(bundle, tmp_path / "w.worklist") as (screener, _):
        told = next(iter(screener.screen([folder])))
    with opened(bundle, tmp_path / "w.worklist") as (screener, worklist):
        assert told in list(worklist.results())
        assert len(rows(screener.screen([folder]), folder)) == 8
        assert len(list(worklist.results())) == 8


def test_no_image_whose_decoder_died_has_no_row_once_it_was_read(
    tmp_path: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "README.md").write_text("no film")
    with Worklist(tmp_path / "w") as worklist, Screener(bundle, worklist, threads=1) as screener:
        with monkeypatch.context() as patch:
            patch.setattr("lightbox_edge.decoder.DecoderProcess.ask", _lost)
            (crashed,) = screener.screen([tmp_path / "README.md"])
        assert crashed.outcome.status == "unreadable"
        assert list(screener.screen([tmp_path / "README.md"])) == []
        assert list(worklist.results()) == []


def _lost(*_: object) -> None:
    raise DecoderLost
