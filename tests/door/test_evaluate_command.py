"""``lightbox evaluate`` run for real on a tiny bundle: figures, files, mistakes, interruption."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import psutil  # type: ignore[import-untyped]  # it ships none
import pytest
from numpy.typing import NDArray

from lightbox_door.main import main
from lightbox_edge import Screener, Worklist
from lightbox_edge.bundle import Bundle
from lightbox_edge.evaluating.figures import measure
from lightbox_edge.labels import LabelledFilm, write_labels
from lightbox_edge.manifest import OperatingPoint
from lightbox_edge.site_calibration import Counted, SiteCalibration, keep, site_path
from tests.tiny import with_anatomy, write_bundle, write_films

Film = Callable[[int], NDArray[np.uint8]]
Done = subprocess.CompletedProcess[str]
COUNT = 48


class Made:
    """A bundle, its films and their table, and the command on them."""

    def __init__(self, folder: Path, film: Film) -> None:
        self.films = folder / "films"
        self.labelled: Sequence[LabelledFilm] = write_films(self.films, film, COUNT)
        self.bundle: Bundle = write_bundle(folder / "bundle", self.labelled, segmenter=False)
        self.table = folder / "labels.csv"
        write_labels(self.table, self.films, self.labelled)
        (self.films / "broken.png").write_bytes((self.films / "000.png").read_bytes()[:100])

    def command(self, table: Path, *arguments: object) -> list[str]:
        start = [sys.executable, "-m", "lightbox_door", "evaluate", "--labels", str(table), str(self.films)]
        fixed = ["--bundle", str(self.bundle.folder), "--threads", "1", "--backend", "onnxruntime"]
        return [*start, *fixed, *map(str, arguments)]

    def run(self, table: Path, *arguments: object) -> Done:
        return subprocess.run(
            self.command(table, *arguments),
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, film: Film) -> Made:
    return Made(tmp_path_factory.mktemp("evaluate"), film)


def test_the_figures_are_those_of_what_screening_says(made: Made, tmp_path: Path) -> None:
    done = made.run(made.table, "--json", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    with Worklist(":memory:") as worklist, Screener(made.bundle, worklist, backend="onnxruntime") as screener:
        rows = {Path(row.file): row.outcome for row in screener.screen([one.file for one in made.labelled])}
    truth = np.array([one.truths["effusion"] for one in made.labelled], dtype=bool)
    probability = np.array([rows[one.file].findings[0].probability for one in made.labelled])
    (finding,) = told["findings"]
    figures = measure(truth, probability, rows[made.labelled[0].file].findings[0].threshold)
    assert (figures.positives, figures.negatives) == (24, 24)
    assert figures.auc is not None
    assert finding["whole"]["figures"]["auc"]["value"] == pytest.approx(figures.auc.value, abs=1e-3)
    assert finding["whole"]["figures"]["sensitivity"]["cases"] == 24
    assert (told["films"], told["parts"]) == (COUNT, {"calibration": 12, "test": 24, "train": 12})
    assert sum(told["triage"].values()) == COUNT
    assert (tmp_path / "out" / "evaluation.json").read_text("utf-8") == done.stdout


def test_the_same_again_gives_the_same_bytes_and_a_page_that_stands_alone(made: Made, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert made.run(made.table, "--part", "test", "--out", tmp_path / name).returncode == 0
    for file in ("evaluation.json", "evaluation.html"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == [
        "evaluation.html",
        "evaluation.json",
    ]
    page = (tmp_path / "one" / "evaluation.html").read_text("utf-8")
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert tags.seen.count("svg") == 2
    assert not {"script", "link", "img"} & set(tags.seen)
    assert "http" not in page
    assert "24 films of labels.csv, part test: 24 judged, 0 not." in page


class Tags(HTMLParser):
    """Every tag in its order, and those that were never closed."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_film_that_cannot_be_read_is_counted_and_in_no_figure(made: Made, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    rows = [f"{one.file.name};{int(bool(one.truths['effusion']))};x" for one in made.labelled[:20]]
    table.write_text("\n".join(["File;EFFUSION;ward", *rows, "broken.png;1;x"]) + "\n", encoding="utf-8-sig")
    done = made.run(table)
    assert done.returncode == 1
    assert done.stderr == "No findings of tiny, and passed over: 'ward'.\n"
    lines = done.stdout.splitlines()
    assert lines[0].endswith(" at fp32 (onnxruntime) on 21 films of t.csv: 20 judged, 1 not.")
    assert lines[2] == "The thresholds are the bundle's own."
    assert lines[3].startswith("  unreadable: broken.png  ")
    assert "not judged: 1 with, 0 without" in done.stdout
    row = next(line for line in lines if line.startswith("effusion ")).split()
    assert row[1:3] == ["8", "12"]
    assert done.stdout.count("*") > 3


def test_the_thresholds_are_those_of_the_site_and_every_word_says_so(
    made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    point = OperatingPoint(1.0, 0.0, 0.4321, 0.2)
    labels = hashlib.sha256(made.table.read_bytes()).hexdigest()
    counts = {"effusion": Counted(24, 24)}
    site = SiteCalibration("2026-11-01", "fp32", 48, labels, 0.9, {"effusion": point}, counts, {})
    file = keep(made.bundle, site, tmp_path / "site.json")
    call = made.command(made.table, "--part", "test", "--out", tmp_path / "out", "--site-calibration", file)
    assert main(call[3:]) == 0
    told = capsys.readouterr()
    own = "The thresholds are this site's own, calibrated 2026-11-01."
    warning = "This site's thresholds were set with this very table"
    page = (tmp_path / "out" / "evaluation.html").read_text("utf-8").replace("&#x27;", "'")
    assert own in told.err
    for words in (told.out, page):
        assert own in words
        assert warning in words
    assert "effusion: the site's threshold 0.43" in told.out
    read = json.loads((tmp_path / "out" / "evaluation.json").read_bytes())
    assert (read["site_calibration"], read["labels_calibrated"]) == ("2026-11-01", True)
    (finding,) = read["findings"]
    assert (finding["threshold"], finding["set_by"]) == (0.4321, "site")

    keep(made.bundle, site)
    try:
        assert main([*made.command(made.table, "--part", "test", "--no-site-calibration")[3:]]) == 0
    finally:
        site_path(made.bundle).unlink()
    told = capsys.readouterr()
    assert told.err == ""
    assert "The thresholds are the bundle's own." in told.out
    assert warning not in told.out


def test_two_readers_and_subgroups(made: Made, tmp_path: Path) -> None:
    """Ben says of every sixth film the opposite of Ada; both are counted by hand."""
    table, rows = tmp_path / "t.csv", []
    for number, one in enumerate(made.labelled):
        ada = int(bool(one.truths["effusion"]))
        ben = 1 - ada if number % 6 == 0 else ada
        about = f"{'mf'[number % 2]},{30 + 10 * (number % 4)}"
        rows += [f"{one.file.name},{who},{said},{about}" for who, said in (("Ada", ada), ("Ben", ben))]
    table.write_text("\n".join(["file,reader,effusion,sex,age", *rows]) + "\n")
    done = made.run(table, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "Ada and Ben agree on 40 of 48 films: kappa 0.6" in done.stdout
    assert "Ada and Ben agree on 40 of 48 films" in (tmp_path / "out" / "evaluation.html").read_text("utf-8")
    (finding,) = json.loads((tmp_path / "out" / "evaluation.json").read_bytes())["findings"]
    assert finding["disputed"] == 8
    assert [(one["by"], one["group"]) for one in finding["subgroups"]] == [
        ("sex", "F"),
        ("sex", "M"),
        ("age", "18 to 39"),
        ("age", "40 to 64"),
    ]
    counts = [one["measured"]["figures"] for one in finding["subgroups"]]
    assert [one["positives"] + one["negatives"] for one in counts] == [24, 16, 8, 32]
    (pair,) = finding["readers"]["agreements"]
    assert (pair["only_first"] + pair["only_second"], pair["both_present"] + pair["both_absent"]) == (8, 40)
    assert pair["kappa"]["value"] == pytest.approx(2 / 3, abs=0.02)
    consensus = finding["readers"]["consensus"]["figures"]
    assert consensus == finding["whole"]["figures"]
    each = {one["name"]: one["measured"]["figures"] for one in finding["readers"]["each"]}
    assert each["Ada"]["positives"] + each["Ada"]["negatives"] == 48
    assert each["Ada"]["auc"]["value"] != each["Ben"]["auc"]["value"]


def test_without_the_lungs_and_of_the_lungs_only(made: Made, tmp_path: Path) -> None:
    lungs = with_anatomy(made.bundle, tmp_path / "lungs")
    changed = ["--bundle", str(lungs.folder), "--mask-lungs", "--out", str(tmp_path / "out")]
    done = made.run(made.table, *changed)
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "out" / "evaluation.json").read_bytes())
    audit, (finding,) = told["shortcuts"], told["findings"]
    (row,) = audit["findings"]
    assert audit["films"] + audit["no_lungs"] == sum(told["triage"].values()) - len(told["left_out"])
    assert audit["films"] > 10
    assert row["positives"] + row["negatives"] == audit["films"]
    if audit["no_lungs"] == 0:
        assert row["whole"]["value"] == pytest.approx(finding["whole"]["figures"]["auc"]["value"], abs=1e-6)
    assert all(0 <= row[way]["low"] <= row[way]["value"] for way in ("without_lungs", "lungs_only"))
    page = (tmp_path / "out" / "evaluation.html").read_text("utf-8")
    for text in (done.stdout, page):
        assert "Without the lungs, and of the lungs only" in text
        assert f"The same {audit['films']} judged films three ways" in text
        assert f"({row['without_lungs']['low']:.2f} to {row['without_lungs']['high']:.2f})" in text


def test_a_bundle_that_finds_no_lungs_says_what_would_work(
    made: Made, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(made.command(made.table, "--mask-lungs")[3:]) == 2
    assert capsys.readouterr().err == (
        "lightbox: The bundle tiny cannot find the lungs: name with --bundle one that can, or add that on a "
        "workstation with lightbox export anatomy.\n"
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "file,fracture\n000.png,1\n",
            "t.csv has no column for any finding of the bundle: add one or more of effusion.",
        ),
        ("file,effusion\n000.png,1\n000.png,1\n", "line 3 names 000.png again"),
        ("file,effusion\nnowhere.png,1\n", "line 2: there is no file"),
        ("", "t.csv is empty"),
    ],
)
def test_bad_labels_are_one_sentence_and_write_nothing(
    made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, said: str
) -> None:
    (tmp_path / "t.csv").write_text(content)
    assert main(made.command(tmp_path / "t.csv", "--out", tmp_path / "out")[3:]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    (line,) = told.err.splitlines()
    assert line.startswith("lightbox: ")
    assert said in line
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


def test_a_file_where_the_folder_should_be(
    made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").write_text("mine")
    assert main(made.command(made.table, "--out", tmp_path / "out")[3:]) == 2
    assert (
        capsys.readouterr().err
        == f"lightbox: {tmp_path}/out is no folder: name another for the evaluation.\n"
    )
    assert (tmp_path / "out").read_text() == "mine"


def test_ctrl_c_ends_with_130_and_leaves_nothing(made: Made, tmp_path: Path) -> None:
    with subprocess.Popen(
        made.command(made.table, "--out", tmp_path / "out"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:
        while not psutil.Process(process.pid).children():  # its decoders have started
            time.sleep(0.005)
        children = psutil.Process(process.pid).children()
        os.killpg(process.pid, signal.SIGINT)
        out, errors = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert errors == "lightbox: interrupted; run the same command again to go on.\n"
    assert not (tmp_path / "out").exists()
    assert not psutil.wait_procs(children, timeout=5)[1]
