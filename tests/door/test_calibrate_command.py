"""``lightbox calibrate`` as a process, from a clinic's table to what screening then says."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lightbox_edge.bundle import Bundle, open_bundle
from lightbox_edge.labels import LabelledFilm, write_labels
from lightbox_edge.site_calibration import read_site_file, site_path, with_site_calibration
from tests.tiny import FINDING, write_bundle, write_films

Film = Callable[[int], NDArray[np.uint8]]
Done = subprocess.CompletedProcess[str]


def lightbox(*arguments: object) -> Done:
    call = [sys.executable, "-m", "lightbox_door", *map(str, arguments)]
    return subprocess.run(call, capture_output=True, encoding="utf-8", timeout=300, check=False)


def hashes(folder: Path) -> dict[str, str]:
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory, film: Film) -> list[LabelledFilm]:
    """Forty films, every second one with fluid."""
    return write_films(tmp_path_factory.mktemp("cases"), film, 40)


@pytest.fixture
def clinic(films: list[LabelledFilm], tmp_path: Path) -> tuple[Bundle, Path, Path]:
    """A bundle, a folder of films and a table of what is known of them."""
    bundle = write_bundle(tmp_path / "tiny", films, segmenter=False)
    folder, table = films[0].file.parent, tmp_path / "cases.csv"
    write_labels(table, folder, [LabelledFilm(one.file, one.dataset, "test", one.truths) for one in films])
    return bundle, folder, table


def calibrate(clinic: tuple[Bundle, Path, Path], *arguments: object) -> Done:
    bundle, folder, table = clinic
    return lightbox(
        "calibrate", folder, "--labels", table, "--bundle", bundle.folder, "--sensitivity", 0.9, *arguments
    )


def screened(
    bundle: Bundle, folder: Path, worklist: Path, *arguments: object
) -> tuple[Done, dict[str, float]]:
    done = lightbox("screen", folder, "--bundle", bundle.folder, "--worklist", worklist, "--json", *arguments)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    return done, {row["path"]: row["findings"][0]["threshold"] for row in rows}


def test_from_a_table_to_screening_and_back(clinic: tuple[Bundle, Path, Path], tmp_path: Path) -> None:
    bundle, folder, _ = clinic
    before, worklist = hashes(bundle.folder), tmp_path / "w.worklist"
    _, own = screened(bundle, folder, worklist)
    assert set(own.values()) == {0.5}

    done = calibrate(clinic, "--films-a-day", 60)
    assert done.returncode == 0, done.stderr
    assert f"{FINDING.name}: 20 films with, 20 without" in done.stdout
    assert "A day is taken as 60 films, 50% of them with a finding." in done.stderr
    assert str(site_path(bundle)) in done.stderr
    assert hashes(bundle.folder) == before
    kept = read_site_file(bundle)
    assert kept is not None
    (one,) = kept.calibrations
    assert (one.films, one.precision, one.sensitivity) == (40, "fp32", 0.9)
    point = one.points[FINDING.name]
    assert point.sensitivity is not None
    assert point.sensitivity >= 0.9

    said, thresholds = screened(bundle, folder, worklist)
    assert f"The thresholds are this site's own, calibrated {one.date}." in said.stderr
    assert "40 judged" in said.stderr  # again, for another judge
    assert set(thresholds.values()) == {point.threshold}
    said, thresholds = screened(bundle, folder, worklist, "--no-site-calibration")
    assert "site" not in said.stderr
    assert "40 known" in said.stderr
    assert thresholds == own
    assert f"calibration of {one.date} is in use" in lightbox("bundle", "info", bundle.folder).stdout

    shown = lightbox("calibrate", "--show", "--bundle", bundle.folder)
    assert f"{one.date}, fp32, 40 films, sensitivity 0.9: in use" in shown.stdout
    undone = lightbox("calibrate", "--undo", "--bundle", bundle.folder)
    assert (undone.returncode, "the bundle's own thresholds are in use again" in undone.stdout) == (0, True)
    _, thresholds = screened(bundle, folder, worklist)
    assert thresholds == own


def test_an_out_file_is_used_where_it_is_named(clinic: tuple[Bundle, Path, Path], tmp_path: Path) -> None:
    bundle, folder, _ = clinic
    assert calibrate(clinic, "--out", tmp_path / "ours.json").returncode == 0
    assert not site_path(bundle).exists()
    point = with_site_calibration(bundle, tmp_path / "ours.json").rung("fp32").operating_points[FINDING.name]
    _, thresholds = screened(
        bundle, folder, tmp_path / "w.worklist", "--site-calibration", tmp_path / "ours.json"
    )
    assert set(thresholds.values()) == {point.threshold}


@pytest.mark.parametrize("content", ["", "{}", "foreign"])
def test_screening_refuses_a_file_it_cannot_trust(
    content: str, clinic: tuple[Bundle, Path, Path], tmp_path: Path
) -> None:
    bundle, folder, _ = clinic
    if content == "foreign":
        content = json.dumps(
            {"schema_version": 1, "bundle": "x", "version": "1", "identity": "0" * 64, "calibrations": []}
        )
    site_path(bundle).write_text(content)
    for done in (screened(bundle, folder, tmp_path / "w.worklist")[0], calibrate(clinic)):
        assert (done.returncode, done.stdout) == (2, "")
        (line,) = done.stderr.splitlines()
        assert line.startswith(f"lightbox: The site calibration {site_path(bundle)} ")
    assert site_path(bundle).read_text() == content


def test_too_few_cases_write_nothing(clinic: tuple[Bundle, Path, Path]) -> None:
    bundle, _, table = clinic
    rows = list(csv.reader(table.open()))
    csv.writer(table.open("w")).writerows(rows[:19])
    done = calibrate(clinic)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        f"{FINDING.name} stays as it was: films with it: 8, without it: 10; 10 of each are needed.",
        "lightbox: No finding could be calibrated, so nothing was written: see the reasons above.",
    ]
    assert not site_path(bundle).exists()


def test_labels_the_wrong_way_round_are_refused_in_words(clinic: tuple[Bundle, Path, Path]) -> None:
    bundle, _, table = clinic
    rows = list(csv.reader(table.open()))
    csv.writer(table.open("w")).writerows([rows[0], *([*row[:3], str(1 - int(row[3]))] for row in rows[1:])])
    done = calibrate(clinic)
    assert done.returncode == 2
    assert f"{FINDING.name} stays as it was: its score does not work on these films" in done.stderr
    assert not site_path(bundle).exists()


def test_a_bundle_that_cannot_be_written_beside_is_a_sentence(clinic: tuple[Bundle, Path, Path]) -> None:
    bundle, _, _ = clinic
    done = calibrate(clinic, "--out", bundle.folder.parent / "missing" / "site.json")
    assert done.returncode == 2
    assert "site.json cannot be written" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "calibrate needs a FOLDER of films and --labels CSV"),
        (("--undo",), "nothing is left to undo"),
        (("films", "--labels", "t.csv", "--finding", "luck"), "no finding 'luck': it has effusion"),
        (("films", "--labels", "none.csv"), "none.csv"),
        (("--sensitivity", "1.5"), "'1.5' is no share between 0 and 1"),
        (("--films-a-day", "0"), "'0' is no number of films above 0"),
    ],
)
def test_wrong_calls_are_a_sentence(
    arguments: tuple[str, ...], said: str, clinic: tuple[Bundle, Path, Path]
) -> None:
    done = lightbox("calibrate", *arguments, "--bundle", clinic[0].folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr.splitlines()[-1]


def test_nothing_calibrated_is_told(clinic: tuple[Bundle, Path, Path]) -> None:
    done = lightbox("calibrate", "--show", "--bundle", clinic[0].folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "the bundle's own thresholds are in use" in done.stdout


def test_another_precision_than_the_calibrated_says_so(
    clinic: tuple[Bundle, Path, Path], tmp_path: Path
) -> None:
    """The site file names a rung that the bundle has, and another one runs."""
    bundle, folder, _ = clinic
    assert calibrate(clinic).returncode == 0
    two = tmp_path / "two"
    shutil.copytree(bundle.folder, two)
    manifest = json.loads((two / "manifest.json").read_text())
    manifest["ladder"]["int8_weights"] = manifest["ladder"]["fp32"]
    (two / "manifest.json").write_text(json.dumps(manifest))
    opened = open_bundle(two)
    told = json.loads(site_path(bundle).read_text())
    site_path(opened).write_text(json.dumps({**told, "identity": opened.identity}))
    done, thresholds = screened(opened, folder, tmp_path / "w.worklist", "--precision", "int8_weights")
    assert "is for fp32 and int8_weights runs here, with the bundle's own thresholds" in done.stderr
    assert set(thresholds.values()) == {0.5}
