"""A run that is killed at any moment loses no result that it told, doubles none, leaves nobody behind."""

from __future__ import annotations

import random
import subprocess
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil  # type: ignore[import-untyped]  # it ships none
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.film_files import encoded
from tests.worklist_rows import Row, as_line, from_line, in_worklist

Film = Callable[[int], NDArray[np.uint8]]
Command = Callable[..., list[str]]

IMAGES = 200
KILLS = 20
KILLS_A_WORKLIST = 4  # a run that goes on where a killed one stopped is killed too


@dataclass(frozen=True)
class Measured:
    """An uninterrupted run: its rows, how long it took, and when its first line came."""

    rows: list[Row]
    first: float
    last: float


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, film: Film) -> Path:
    """Two hundred pictures: three kinds of file, copies, a TIFF of five pages, a zip, two broken ones."""
    folder = tmp_path_factory.mktemp("films")
    for number in range(IMAGES - 17):
        kind = ("png", "jpg", "dcm")[number % 3]
        place = folder / f"{number % 7}" / f"{number:03}.{kind}"
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(encoded(film(number), kind))
    for number in (3, 50, 120, 121):
        copied = next(folder.rglob(f"{number:03}.*"))
        (folder / f"9{number:03}").write_bytes(copied.read_bytes())
    pages = [Image.fromarray(film(1000 + page)) for page in range(5)]
    pages[0].save(folder / "3" / "pages.tif", save_all=True, append_images=pages[1:])
    with zipfile.ZipFile(folder / "5" / "cd.zip", "w") as archive:
        for number in range(5):
            archive.writestr(f"IM{number}", encoded(film(2000 + number), "png"))
        archive.writestr("copy", next(folder.rglob("010.*")).read_bytes())
    (folder / "2" / "cut.png").write_bytes(encoded(film(3000), "png")[:3000])
    (folder / "4" / "cut.dcm").write_bytes(encoded(film(3001), "dcm")[:3000])
    return folder


@pytest.fixture(scope="module")
def whole(folder: Path, tmp_path_factory: pytest.TempPathFactory, command: Command) -> Measured:
    """The second of two uninterrupted runs, so that the disk is warm; both have the same rows."""
    rows, first, last = [], 0.0, 0.0
    for _ in range(2):
        worklist = tmp_path_factory.mktemp("whole") / "w.worklist"
        started = time.monotonic()
        with subprocess.Popen(
            command(folder, "--worklist", worklist, "--json"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdout
            process.stdout.readline()
            first = time.monotonic() - started
            process.communicate()
            last = time.monotonic() - started
        assert process.returncode == 1
        rows.append(in_worklist(worklist))
    assert rows[0] == rows[1]
    return Measured(rows[0], first, last)


def test_the_whole_run_is_what_it_should_be(whole: Measured, folder: Path) -> None:
    assert len(whole.rows) == IMAGES
    assert len({row[0] for row in whole.rows}) == IMAGES
    statuses = [row[2] for row in whole.rows]
    assert statuses.count("unreadable") == 2
    assert statuses.count("judged") > IMAGES // 2  # else no probabilities are compared
    assert [f"{folder}/3/pages.tif#{page}" for page in range(1, 6)] == [
        row[0] for row in whole.rows if "pages" in str(row[0])
    ]


def kill(process: subprocess.Popen[bytes]) -> bool:
    """``kill -9`` a run; whether it was still at work. Its decoders must end by themselves."""
    main = psutil.Process(process.pid)
    try:
        decoders = main.children(recursive=True)
    except psutil.NoSuchProcess:
        decoders = []
    working = process.poll() is None
    process.kill()
    process.wait()
    for decoder in decoders:
        ended = time.monotonic() + 5
        while decoder.is_running() and decoder.status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < ended, f"the decoder {decoder} outlives its run"
            time.sleep(0.02)
    return working


def killed(call: list[str], told: Path, wait_for_a_row: bool, seconds: float) -> tuple[bool, list[Row]]:
    """Start a run and kill it after so long; whether it was still at work, and the rows that it told."""
    with told.open("wb") as out, subprocess.Popen(call, stdout=out, stderr=subprocess.DEVNULL) as process:
        while wait_for_a_row and process.poll() is None and not told.stat().st_size:
            time.sleep(0.005)
        time.sleep(seconds)
        working = kill(process)
    return working, [from_line(line) for line in told.read_text("utf-8").split("\n")[:-1]]


def test_killed_at_random_moments(whole: Measured, folder: Path, tmp_path: Path, command: Command) -> None:
    """Every fourth moment may be anywhere in a run, the others lie between its first row and its last."""
    moments = random.Random(20261122)  # noqa: S311  # the same moments each time
    kills = judging = reported = runs = 0
    while kills < KILLS:
        call = command(folder, "--json", "--worklist", tmp_path / f"{runs}.worklist")
        rows: list[Row] = []
        for turn in range(KILLS_A_WORKLIST):
            left = (whole.last - whole.first) * (1 - len(rows) / IMAGES)
            seconds = moments.uniform(0, left if turn else whole.last)
            working, told = killed(call, tmp_path / "told", turn > 0, seconds)
            before, rows = rows, in_worklist(Path(call[-1])) if Path(call[-1]).exists() else []
            in_both = set(map(as_line, rows))
            assert len(set(told)) == len(told)
            assert in_both.issuperset(told)
            assert in_both.issuperset(map(as_line, before))
            kills += working
            judging += working and 0 < len(rows) < IMAGES
            reported += len(told)
            runs += 1
        end = subprocess.run(call, capture_output=True, encoding="utf-8", check=False)
        assert end.returncode == 1, end.stderr
        assert sorted(map(from_line, end.stdout.splitlines())) == sorted(map(as_line, whole.rows))
        assert in_worklist(Path(call[-1])) == whole.rows
    print(f"\n{runs} runs, {kills} killed, {judging} with some films judged and others not")
    print(f"{reported} rows were told before a kill")
    print(f"a whole run takes {whole.last:.1f} s, {whole.first:.1f} s to its first row")
    assert judging >= KILLS // 2
