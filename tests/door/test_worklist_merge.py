"""``lightbox worklist merge`` with the real program: films screened on two laptops, decided, merged, read."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lightbox_door.main import main
from lightbox_edge import Review, Worklist
from lightbox_edge.decisions import Answer, ReviewRow, pins
from lightbox_tui import ReviewApp
from tests.processes import environment, lightbox
from tests.reported_films import SAMPLES
from tests.tiny import write_bundle, write_films
from tests.tui.tables import shown_rows

Told = pytest.CaptureFixture[str]
PIN = "2468"


@pytest.fixture(autouse=True)
def _cheap_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "N", 2)


@pytest.fixture(scope="module")
def screened(tmp_path_factory: pytest.TempPathFactory, film: Callable[[int], NDArray[np.uint8]]) -> Path:
    """A folder with ``a``, and ``b``, which was copied from it and then screened two films more."""
    place = tmp_path_factory.mktemp("merge")
    bundle = write_bundle(
        place / "bundle", write_films(place / "films", film, 8), segmenter=False, patches=True
    )
    for number in range(2):
        (place / f"cards{number}").mkdir()
    shutil.copy(SAMPLES / "film-07-monochrome2.dcm", place / "cards0")
    for name in ("film-01-normal.jpg", "film-02-lung-opacity.jpg"):
        shutil.copy(SAMPLES / name, place / "cards1")

    def screen(folder: str, worklist: Path) -> None:
        call = ["screen", place / folder, "--bundle", bundle.folder, "--worklist", worklist, "--threads", "1"]
        assert main([*map(str, call), "--backend", "onnxruntime"]) == 0

    screen("cards0", place / "a")
    shutil.copy(place / "a", place / "b")
    screen("cards1", place / "b")
    return place


@pytest.fixture
def two(screened: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Both, in which two readers differ on the DICOM film and one has decided on another."""
    for name in ("a", "b"):
        shutil.copy(screened / name, tmp_path / name)
    decide(tmp_path / "a", "Amina", {"film-07": "refer"})
    decide(tmp_path / "b", "Björn", {"film-07": "repeat", "film-01": "cannot tell"})
    return tmp_path / "a", tmp_path / "b"


def decide(path: Path, reader: str, answers: dict[str, Answer]) -> None:
    with Worklist(path) as worklist:
        review = Review(worklist)
        review.readers.add(reader, PIN)
        review.sign_in(reader, PIN)
        for judge, result in worklist.judged():
            for name, answer in answers.items():
                if name in result.path:
                    review.decide(ReviewRow(result, judge), answer)


def lightbox_done(*arguments: object) -> subprocess.CompletedProcess[str]:
    call = lightbox("worklist", *arguments)
    return subprocess.run(call, env=environment(), capture_output=True, encoding="utf-8", check=False)


def test_merged_both_ways_verified_and_told(two: tuple[Path, Path], tmp_path: Path) -> None:
    first, second = two
    done = lightbox_done("merge", first, second, "--out", tmp_path / "c")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[:3] == [
        f"{first}: 1 films, 1 entries of the log",
        f"{second}: 3 films, 2 entries of the log",
        f"{tmp_path / 'c'}: 3 films, 1 of them in several; 3 entries, each as it was written.",
    ]
    assert lines[4] == "Films that need an arbiter (lightbox review --mode arbitrate): 1"
    assert "film-07-monochrome2.dcm  " in lines[5]
    assert {"Amina: refer", "Björn: repeat"} == set(lines[5].split("  ")[-1].split("; "))
    other = lightbox_done("merge", second, first, "--out", tmp_path / "d", "--json")
    told = json.loads(other.stdout)
    assert lines[3] == f"head {told['head']}"
    assert [one["path"] for one in told["origins"]] == [str(second), str(first)]
    for origin in told["origins"]:  # what either noted on paper holds in both
        for path in (tmp_path / "c", tmp_path / "d"):
            assert main(["worklist", "verify", "--worklist", str(path), "--head", origin["head"]]) == 0


async def test_the_arbiter_finds_the_film_on_his_list(two: tuple[Path, Path], tmp_path: Path) -> None:
    assert main(["worklist", "merge", *map(str, two), "--out", str(tmp_path / "c")]) == 0
    with Worklist(tmp_path / "c") as worklist:
        for mode, films in (("arbitrate", 1), ("ai-first", 3)):
            app = ReviewApp(worklist, mode)  # type: ignore[arg-type]  # two of the modes
            async with app.run_test(size=(140, 24)) as pilot:
                await pilot.press("escape")  # nobody signs in
                rows = shown_rows(app)
                assert len(rows) == films
                decisions = {row["decision"] for row in rows if "film-07" in row["film"]}
                assert decisions == {"disputed"}


def test_the_report_says_that_they_differ(two: tuple[Path, Path], tmp_path: Path, capsys: Told) -> None:
    assert main(["worklist", "merge", *map(str, two), "--out", str(two[0])]) == 0
    capsys.readouterr()
    assert main(["report", "--worklist", str(two[0]), "--format", "json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["decision_log"]["head"].count("+") == 1
    (film,) = [one for one in report["films"] if "film-07" in one["path"]]
    assert {one["reader"] for one in film["decisions"]} == {"Amina", "Björn"}
    assert "The readers differ, and nobody has arbitrated yet." in json.dumps(film)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["a"], "A merge needs two worklists: lightbox worklist merge A B --out C."),
        (["a", "none"], "There is no worklist "),
    ],
)
def test_mistakes_are_a_sentence(
    two: tuple[Path, Path], words: list[str], said: str, tmp_path: Path, capsys: Told
) -> None:
    paths = [str(tmp_path / word) for word in words]
    assert main(["worklist", "merge", *paths, "--out", str(tmp_path / "c")]) == 2
    assert capsys.readouterr().err.startswith(f"lightbox: {said}")
    assert main(["worklist", "merge", *map(str, two), "--out", str(tmp_path / "no" / "c")]) == 2
    assert "There is no folder" in capsys.readouterr().err
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a", "b"]


def test_it_helps_with_an_example(capsys: Told) -> None:
    with pytest.raises(SystemExit):
        main(["worklist", "merge", "--help"])
    assert "\nexample:  lightbox worklist merge" in capsys.readouterr().out
