"""``lightbox calibrate``, from a table to what screening then says; as a process where it is killed."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from lightbox_door.main import main
from lightbox_edge.bundle import Bundle, open_bundle
from lightbox_edge.labels import LabelledFilm, write_labels
from lightbox_edge.manifest import OperatingPoint
from lightbox_edge.site_calibration import (
    Counted,
    SiteCalibration,
    keep,
    read_site_file,
    site_path,
    with_site_calibration,
)
from tests.processes import environment, kill_when
from tests.processes import lightbox as command
from tests.signed import signed
from tests.tiny import FINDING, write_bundle, write_films

Film = Callable[[int], NDArray[np.uint8]]
RUNTIME = ("--threads", "1", "--backend", "onnxruntime")


class Told(NamedTuple):
    """How a command ended, and what it said."""

    code: int | str | None
    out: str
    err: str


Lightbox = Callable[..., Told]


@pytest.fixture
def lightbox(capsys: pytest.CaptureFixture[str]) -> Lightbox:
    """The command, without a process of its own."""

    def run(*arguments: object) -> Told:
        capsys.readouterr()
        try:
            code: int | str | None = main([*map(str, arguments)])
        except SystemExit as end:  # argparse refuses a call
            code = end.code
        return Told(code, *capsys.readouterr())

    return run


class Clinic:
    """A bundle, a folder of films and a table of what is known of them."""

    def __init__(self, folder: Path, made: Bundle, films: list[LabelledFilm]) -> None:
        shutil.copytree(made.folder, folder / "tiny")
        self.bundle = open_bundle(folder / "tiny")
        self.films, self.folder = films, films[0].file.parent
        self.table = folder / "cases.csv"
        write_labels(
            self.table,
            self.folder,
            [LabelledFilm(one.file, one.dataset, "test", one.truths) for one in films],
        )

    def calibrate(self, *arguments: object) -> tuple[object, ...]:
        told = ("--labels", self.table, "--bundle", self.bundle.folder, "--sensitivity", 0.9)
        return ("calibrate", self.folder, *told, *RUNTIME, *arguments)

    def rewrite(self, change: Callable[[list[list[str]]], list[list[str]]]) -> None:
        with self.table.open(newline="") as table:
            rows = list(csv.reader(table))
        with self.table.open("w", newline="") as table:
            csv.writer(table).writerows(change(rows))

    def hashes(self) -> dict[str, str]:
        files = (file for file in sorted(self.bundle.folder.rglob("*")) if file.is_file())
        return {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    def screen(self, worklist: Path, *arguments: object, film: Path | None = None) -> tuple[object, ...]:
        told = ("--bundle", self.bundle.folder, "--worklist", worklist, "--json")
        return ("screen", film or self.folder, *told, *RUNTIME, *arguments)


def thresholds(told: Told) -> set[float]:
    return {json.loads(line)["findings"][0]["threshold"] for line in told.out.splitlines()}


def earlier() -> SiteCalibration:
    """A calibration that a site made before."""
    point = OperatingPoint(1.0, 0.0, 0.31, 0.2)
    counts = {FINDING.name: Counted(20, 20)}
    return SiteCalibration("2026-11-01", "fp32", 40, "a" * 64, 0.9, {FINDING.name: point}, counts, {})


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory, film: Film) -> list[LabelledFilm]:
    """Forty films, every second one with fluid."""
    return write_films(tmp_path_factory.mktemp("cases"), film, 40)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, films: list[LabelledFilm]) -> Bundle:
    return write_bundle(tmp_path_factory.mktemp("made") / "tiny", films, segmenter=False)


@pytest.fixture
def clinic(made: Bundle, films: list[LabelledFilm], tmp_path: Path) -> Clinic:
    return Clinic(tmp_path, made, films)


def test_from_a_table_to_screening_and_back(clinic: Clinic, lightbox: Lightbox, tmp_path: Path) -> None:
    bundle, before, worklist = clinic.bundle, clinic.hashes(), tmp_path / "w.worklist"
    told = lightbox(*clinic.calibrate("--films-a-day", 60))
    assert told.code == 0, told.err
    assert f"{FINDING.name}: 20 films with, 20 without" in told.out
    assert "A day is taken as 60 films, 50% of them with a finding." in told.err
    assert str(site_path(bundle)) in told.err
    assert "use it from now on;" in told.err
    assert clinic.hashes() == before
    kept = read_site_file(bundle)
    assert kept is not None
    (one,) = kept.calibrations
    assert (one.films, one.precision, one.sensitivity) == (40, "fp32", 0.9)
    assert one.labels == hashlib.sha256(clinic.table.read_bytes()).hexdigest()
    point = one.points[FINDING.name]
    assert point.sensitivity is not None
    assert point.sensitivity >= 0.9

    told = lightbox(*clinic.screen(worklist))
    assert f"The thresholds are this site's own, calibrated {one.date}." in told.err
    assert "40 judged" in told.err
    assert thresholds(told) == {point.threshold}
    told = lightbox(*clinic.screen(worklist, "--no-site-calibration"))
    assert "site" not in told.err
    assert "40 judged" in told.err  # again, for another judge
    assert thresholds(told) == {0.5}
    assert f"calibration of {one.date} is in use" in lightbox("bundle", "info", bundle.folder).out

    told = lightbox("calibrate", "--show", "--bundle", bundle.folder)
    assert f"{one.date}, fp32, 40 films, sensitivity 0.9: in use" in told.out
    told = lightbox("calibrate", "--undo", "--bundle", bundle.folder)
    assert (told.code, "the bundle's own thresholds are in use again" in told.out) == (0, True)
    told = lightbox(*clinic.screen(worklist))
    assert "40 known" in told.err
    assert thresholds(told) == {0.5}


def test_a_table_of_a_spreadsheet_with_two_readers_to_a_file_that_is_named(
    clinic: Clinic, lightbox: Lightbox, tmp_path: Path
) -> None:
    """Ben says of two films the opposite of Ada; those take no part, nor what is no film."""
    rows = ["File;Reader;EFFUSION;ward", "cases.txt;Ada;1;x"]
    for number, one in enumerate(clinic.films):
        ada = int(bool(one.truths[FINDING.name]))
        ben = 1 - ada if number in (0, 4) else ada
        rows += [f"{one.file.name};{who};{said};x" for who, said in (("Ada", ada), ("Ben", ben))]
    clinic.table.write_text("\r\n".join(rows) + "\r\n", encoding="utf-8-sig")
    words = clinic.folder / "cases.txt"
    words.write_text("no film")
    out = tmp_path / "ours.json"
    told = lightbox(*clinic.calibrate("--out", out))
    words.unlink()
    assert told.code == 1, told.err  # done, but a file could not be read
    assert told.err.splitlines()[:3] == [
        "No findings of tiny, and passed over: 'ward'.",
        "effusion: readers dispute 2 of 41 films, and these are left out.",
        "cases.txt took no part: It is no picture.",
    ]
    assert f"{FINDING.name}: 19 films with, 19 without; fewer than 20 of either say little" in told.out
    assert "use it where --site-calibration names it;" in told.err
    assert not site_path(clinic.bundle).exists()
    point = with_site_calibration(clinic.bundle, out).rung("fp32").operating_points[FINDING.name]
    told = lightbox(
        *clinic.screen(tmp_path / "w", "--site-calibration", out, film=clinic.films[0].file),
    )
    assert thresholds(told) == {point.threshold}


@pytest.mark.parametrize("content", ["", "{}", "foreign"])
def test_a_file_that_cannot_be_trusted_is_refused(
    content: str, clinic: Clinic, lightbox: Lightbox, tmp_path: Path
) -> None:
    if content == "foreign":
        content = json.dumps(
            {"schema_version": 1, "bundle": "x", "version": "1", "identity": "0" * 64, "calibrations": []}
        )
    where = site_path(clinic.bundle)
    where.write_text(content)
    evaluate = ("evaluate", clinic.folder, "--labels", clinic.table, "--bundle", clinic.bundle.folder)
    for call in (clinic.screen(tmp_path / "w"), clinic.calibrate(), evaluate):
        told = lightbox(*call)
        assert (told.code, told.out) == (2, "")
        (line,) = told.err.splitlines()
        assert line.startswith(f"lightbox: The site calibration {where} ")
    assert where.read_text() == content


def test_too_few_cases_write_nothing(clinic: Clinic, lightbox: Lightbox) -> None:
    clinic.rewrite(lambda rows: rows[:19])
    told = lightbox(*clinic.calibrate())
    assert (told.code, told.out) == (2, "")
    assert told.err.splitlines() == [
        f"{FINDING.name} stays as it was: films with it: 8, without it: 10; 10 of each are needed.",
        "lightbox: No finding could be calibrated, so nothing was written: see the reasons above.",
    ]
    assert not site_path(clinic.bundle).exists()


def test_labels_the_wrong_way_round_are_refused_in_words(clinic: Clinic, lightbox: Lightbox) -> None:
    clinic.rewrite(lambda rows: [rows[0], *([*row[:3], str(1 - int(row[3]))] for row in rows[1:])])
    told = lightbox(*clinic.calibrate())
    assert told.code == 2
    assert f"{FINDING.name} stays as it was: its score does not work on these films" in told.err
    assert not site_path(clinic.bundle).exists()


def test_a_bundle_that_cannot_be_written_beside_is_a_sentence(clinic: Clinic, lightbox: Lightbox) -> None:
    told = lightbox(*clinic.calibrate("--out", clinic.bundle.folder.parent / "missing" / "site.json"))
    assert told.code == 2
    assert "site.json cannot be written" in told.err.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "calibrate needs a FOLDER of films and --labels CSV"),
        (("--undo",), "nothing is left to undo"),
        (("FOLDER", "--labels", "TABLE", "--finding", "luck"), "no finding 'luck': it has effusion"),
        (("FOLDER", "--labels", "none.csv"), "The labels none.csv cannot be read"),
        (("nowhere", "--labels", "TABLE"), "There is no folder nowhere"),
        (("--sensitivity", "1.5"), "'1.5' is no share between 0 and 1"),
        (("--films-a-day", "0"), "'0' is no number of films above 0"),
    ],
)
def test_wrong_calls_are_a_sentence(
    arguments: tuple[str, ...], said: str, clinic: Clinic, lightbox: Lightbox
) -> None:
    real = {"FOLDER": clinic.folder, "TABLE": clinic.table}
    told = lightbox("calibrate", *(real.get(one, one) for one in arguments), "--bundle", clinic.bundle.folder)
    assert (told.code, told.out) == (2, "")
    assert said in told.err.splitlines()[-1]


def test_nothing_calibrated_is_told(clinic: Clinic, lightbox: Lightbox) -> None:
    told = lightbox("calibrate", "--show", "--bundle", clinic.bundle.folder)
    assert (told.code, told.err) == (0, "")
    assert "the bundle's own thresholds are in use" in told.out


def test_another_precision_than_the_calibrated_says_so(
    clinic: Clinic, lightbox: Lightbox, tmp_path: Path
) -> None:
    """The site file names a rung that the bundle has, and another one runs."""
    path = clinic.bundle.folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["ladder"]["int8_weights"] = manifest["ladder"]["fp32"]
    path.write_text(json.dumps(manifest))
    keep(signed(clinic.bundle.folder), earlier())
    told = lightbox(*clinic.screen(tmp_path / "w", "--precision", "int8_weights", film=clinic.films[0].file))
    assert "is for fp32 and int8_weights runs here, with the bundle's own thresholds" in told.err
    assert thresholds(told) == {0.5}


STOPS = """
import os, time
from pathlib import Path
replace = Path.replace
def stop(self, target):
    if str(target).endswith(".site.json"):
        Path(os.environ["STOPPED"]).touch()
        time.sleep(600)
    return replace(self, target)
Path.replace = stop
"""


def test_killed_before_the_file_is_in_place_the_old_one_is_in_use(clinic: Clinic, tmp_path: Path) -> None:
    where = keep(clinic.bundle, earlier())
    old, before, stopped = where.read_bytes(), clinic.hashes(), tmp_path / "stopped"
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(STOPS)
    env = environment(tmp_path / "site") | {"STOPPED": str(stopped)}
    kill_when(stopped.exists, command(*clinic.calibrate()), env)
    assert where.read_bytes() == old
    assert with_site_calibration(clinic.bundle).rung("fp32").operating_points == earlier().points
    assert clinic.hashes() == before
