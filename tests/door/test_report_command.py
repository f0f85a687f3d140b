"""``lightbox report`` run for real on a tiny bundle: every format, each patient, mistakes, file modes."""

from __future__ import annotations

import csv
import io
import json
import shutil
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lightbox_door.main import main
from lightbox_edge.bundle import Bundle
from lightbox_edge.worklist import Worklist
from tests.processes import environment, lightbox
from tests.reported_films import SAMPLES
from tests.tiny import with_anatomy, write_bundle, write_films

Told = pytest.CaptureFixture[str]


@dataclass(frozen=True)
class Made:
    """A bundle, films, and a worklist in which at least one is flagged."""

    bundle: Bundle
    folder: Path

    def report(self, *arguments: object, bundle: bool = True) -> int:
        named = ["--bundle", self.bundle.folder] if bundle else []
        fixed = ["--worklist", self.folder / "w.worklist", *named]
        return main(["report", *map(str, (*fixed, *arguments))])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, film: Callable[[int], NDArray[np.uint8]]) -> Made:
    place = tmp_path_factory.mktemp("report")
    labelled = write_films(place / "films", film, 8)
    (place / "films" / "broken.png").write_bytes((place / "films" / "000.png").read_bytes()[:99])
    shutil.copy(SAMPLES / "film-07-monochrome2.dcm", place / "films")
    bundle = with_anatomy(write_bundle(place / "b", labelled, segmenter=True, patches=True), place / "bundle")
    call = ["screen", place / "films", "--bundle", bundle.folder, "--worklist", place / "w.worklist"]
    assert main([*map(str, call), "--threads", "1", "--backend", "onnxruntime"]) == 1
    return Made(bundle, place)


def test_csv_is_the_default_and_what_it_was(made: Made, capsys: Told) -> None:
    assert made.report() == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == 10
    assert list(rows[0])[:4] == ["path", "sha256", "status", "triage"]


def test_each_format_is_written_twice_the_same_for_its_owner_alone(made: Made, tmp_path: Path) -> None:
    for kind, start in (
        ("csv", b"path,"),
        ("json", b'{"schema_version":1'),
        ("html", b"<!doc"),
        ("pdf", b"%PDF"),
    ):
        once, again = tmp_path / f"a.{kind}", tmp_path / f"b.{kind}"
        for out in (once, again):
            assert made.report("--format", kind, "--language", "fr", "--out", out) == 0
        assert once.read_bytes() == again.read_bytes()
        assert once.read_bytes().startswith(start)
        assert stat.S_IMODE(once.stat().st_mode) == 0o600
    assert len(list(tmp_path.iterdir())) == 8


def test_flagged_films_have_pictures_with_outlines(made: Made, tmp_path: Path) -> None:
    made.report("--format", "html", "--out", tmp_path / "a.html")
    made.report("--format", "html", "--pictures", "all", "--out", tmp_path / "all.html")
    made.report("--format", "html", "--pictures", "none", "--out", tmp_path / "none.html")
    few, every, none = ((tmp_path / name).read_text("utf-8") for name in ("a.html", "all.html", "none.html"))
    flagged = few.count("! flagged</span>")
    assert flagged
    assert few.count("<img ") == few.count("Outlined is where the machine looked: 1 effusion.") == flagged
    assert every.count("<img ") == 9  # all but the broken one
    assert none.count("<img ") == 0


def test_another_judges_film_is_not_outlined(made: Made, tmp_path: Path) -> None:
    """The same bundle at hand, but the rows are those of a findings file."""
    shutil.copy(made.folder / "w.worklist", tmp_path / "w.worklist")
    with Worklist(tmp_path / "w.worklist") as worklist, worklist.writing() as connection:
        connection.execute("PRAGMA defer_foreign_keys = ON")
        connection.execute("UPDATE judge SET id = 'other'")
        connection.execute("UPDATE picture SET judge = 'other'")
    out = tmp_path / "a.html"
    assert made.report("--format", "html", "--out", out, "--worklist", tmp_path / "w.worklist") == 0
    told = out.read_text("utf-8")
    assert "Outlined is" not in told
    assert "No outline: another bundle, precision, calibration or findings file judged this film." in told


def test_without_a_bundle_there_is_a_report_that_says_so(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lightbox_edge.bundle.default_bundle", lambda: tmp_path / "none")
    out = tmp_path / "a.html"
    assert made.report("--format", "html", "--out", out, bundle=False) == 0
    told = out.read_text("utf-8")
    assert "its limits cannot be told here" in told
    assert "<img " in told


def test_each_patient_has_a_file_in_a_folder_for_its_owner_alone(made: Made, tmp_path: Path) -> None:
    out = tmp_path / "patients"
    assert made.report("--format", "json", "--per", "patient", "--out", out) == 0
    documents = [json.loads(file.read_bytes()) for file in out.iterdir()]
    assert len(documents) == 10
    assert sorted(one["patient"] for one in documents) == [*[""] * 9, "SAMPLE-07"]
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in out.iterdir()} == {0o600}
    [mine] = [one for one in documents if one["patient"]]
    alone = tmp_path / "one.json"
    assert made.report("--format", "json", "--patient", "SAMPLE-07", "--out", alone) == 0
    assert json.loads(alone.read_bytes()) == mine


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--patient", "nobody"), "No film in"),
        (("--per", "patient"), "name a folder"),
        (("--language", "tlh"), "There is no language tlh"),
        (("--out", "."), "is a folder"),
        (("--format", "pdf", "--out", "none/a.pdf"), "cannot be written"),
    ],
)
def test_a_mistake_is_one_sentence(
    made: Made,
    capsys: Told,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    arguments: tuple[str, ...],
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert made.report(*arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert told in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_bundle_that_is_named_must_be_there(made: Made, tmp_path: Path, capsys: Told) -> None:
    assert made.report("--format", "html", "--bundle", tmp_path, bundle=False) == 3
    assert "There is no bundle in" in capsys.readouterr().err


def test_a_pdf_goes_through_a_pipe(made: Made) -> None:
    """The real program, and nothing but the document on stdout."""
    call = lightbox(
        "report", "--format", "pdf", "--worklist", made.folder / "w.worklist", "--pictures", "none"
    )
    done = subprocess.run(
        [*call, "--bundle", str(made.bundle.folder)], env=environment(), capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"%PDF")
    assert done.stdout.rstrip().endswith(b"%%EOF")
