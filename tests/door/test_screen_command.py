"""``lightbox screen`` as a process: what it prints where, and how it ends."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil  # type: ignore[import-untyped]  # it ships none
import pytest
from numpy.typing import NDArray
from PIL import Image

from lightbox_edge.worklist import Worklist

Film = Callable[[int], NDArray[np.uint8]]
Run = Callable[..., subprocess.CompletedProcess[str]]
Command = Callable[..., list[str]]

KEYS = ["path", "sha256", "status", "triage", "reasons", "findings", "view", "seconds"]
FINDING_KEYS = ["name", "probability", "threshold", "flagged"]


@pytest.fixture
def films(tmp_path: Path, film: Film) -> Path:
    folder = tmp_path / "films"
    folder.mkdir()
    for number in range(4):
        Image.fromarray(film(number)).save(folder / f"{number}.png")
    return folder


def sentence(run: subprocess.CompletedProcess[str], code: int) -> str:
    """The one sentence that a failed run prints, and nothing else."""
    assert run.returncode == code, run.stderr
    assert run.stdout == ""
    (line,) = run.stderr.splitlines()
    assert line.startswith("lightbox: ")
    assert line.endswith(".")
    return line


def test_json_lines_have_the_documented_keys_and_nothing_else_is_on_stdout(
    screen: Run, films: Path, tmp_path: Path
) -> None:
    (films / "4.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    run = screen(films, "--json", "--worklist", tmp_path / "w.worklist")
    assert run.returncode == 1
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert [Path(line["path"]).name for line in lines] == [f"{number}.png" for number in range(5)]
    for line in lines:
        assert list(line) == KEYS
        assert line["status"] in ("judged", "not judged", "unreadable")
        assert line["triage"] in ("flagged", "uncertain", "not flagged", "not judged")
        assert all(list(finding) == FINDING_KEYS for finding in line["findings"])
    assert "4.png" in lines[4]["path"]
    assert lines[4]["status"] == "unreadable"
    assert len(run.stderr.splitlines()) == 2


def test_for_people_each_picture_is_a_line(screen: Run, films: Path, tmp_path: Path) -> None:
    run = screen(films, "--worklist", tmp_path / "w.worklist")
    assert run.returncode == 0, run.stderr
    assert len(run.stdout.splitlines()) == 4
    assert "4 known" not in run.stderr
    again = screen(films, "--worklist", tmp_path / "w.worklist")
    assert again.stdout == run.stdout
    assert "0 judged" in again.stderr
    assert "4 known" in again.stderr


def test_names_of_every_script_come_out_whatever_the_console_can_show(
    screen: Run, films: Path, tmp_path: Path
) -> None:
    (films / "0.png").rename(films / "أحمد 胸.png")
    old_windows = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    run = screen(films, "--json", "--worklist", tmp_path / "w.worklist", env=old_windows)
    assert run.returncode == 0, run.stderr
    assert Path(json.loads(run.stdout.splitlines()[-1])["path"]).name == "أحمد 胸.png"
    run = screen(films, "--worklist", tmp_path / "w.worklist", env=old_windows)
    assert run.returncode == 0, run.stderr
    assert len(run.stdout.splitlines()) == 4


def test_ctrl_c_ends_with_130_and_the_next_run_goes_on(
    command: Command, screen: Run, film: Film, tmp_path: Path
) -> None:
    folder = tmp_path / "films"
    folder.mkdir()
    for number in range(150):
        Image.fromarray(film(number)).save(folder / f"{number:03}.png")
    worklist, out = tmp_path / "w.worklist", tmp_path / "out"
    with (
        out.open("wb") as stdout,
        subprocess.Popen(
            command(folder, "--json", "--worklist", worklist),
            stdout=stdout,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as process,
    ):
        while not out.stat().st_size:
            time.sleep(0.005)
        children = psutil.Process(process.pid).children(recursive=True)
        started = time.monotonic()
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert time.monotonic() - started < 2
    assert process.returncode == 130
    assert errors == b"lightbox: interrupted; run the same command again to go on.\n"
    assert not psutil.wait_procs(children, timeout=5)[1]
    told = [json.loads(line) for line in out.read_text("utf-8").split("\n")[:-1]]
    assert told
    with Worklist(worklist) as kept:
        before = {row.path for row in kept.results()}
    assert {row["path"] for row in told} <= before
    assert len(before) < 150
    end = screen(folder, "--json", "--worklist", worklist)
    assert end.returncode == 0
    assert f"{150 - len(before)} judged" in end.stderr or "not judged" in end.stderr
    assert f"{len(before)} known" in end.stderr
    assert len(end.stdout.splitlines()) == 150


@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.2, 0.3, 0.4, 0.6])
def test_ctrl_c_while_the_program_starts_is_one_sentence_too(
    seconds: float, command: Command, films: Path, tmp_path: Path
) -> None:
    with subprocess.Popen(
        command(films, "--json", "--worklist", tmp_path / "w.worklist"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    ) as process:
        while process.poll() is None and not psutil.Process(process.pid).children():
            time.sleep(0.005)
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    if process.returncode != 0:  # it may have been done by then
        assert process.returncode == 130, errors
        assert errors == "lightbox: interrupted; run the same command again to go on.\n"


def test_a_reader_that_leaves_early_is_no_error(command: Command, films: Path, tmp_path: Path) -> None:
    with subprocess.Popen(
        command(films, "--json", "--worklist", tmp_path / "w.worklist"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()  # before the first line, so that every write fails
        errors = process.stderr.read()
    assert b"Traceback" not in errors
    assert b"Exception" not in errors
    assert process.returncode == 0


def test_a_missing_path_is_one_sentence(screen: Run, tmp_path: Path) -> None:
    run = screen(tmp_path / "nowhere", "--worklist", tmp_path / "w.worklist")
    assert "nowhere does not exist" in sentence(run, 2)
    assert not (tmp_path / "w.worklist").exists()


@pytest.mark.parametrize("place", ["missing/w.worklist", "folder", "text"])
def test_a_worklist_that_cannot_be_written_is_one_sentence(
    place: str, screen: Run, films: Path, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text").write_text("This is no worklist. " * 100)
    assert place in sentence(screen(films, "--json", "--worklist", tmp_path / place), 2)
    assert (tmp_path / "text").read_text() == "This is no worklist. " * 100


def test_a_missing_bundle_is_one_sentence(screen: Run, films: Path, tmp_path: Path) -> None:
    run = screen(films, "--worklist", tmp_path / "w.worklist", "--bundle", tmp_path / "no-bundle")
    assert "no-bundle" in sentence(run, 3)
    assert not (tmp_path / "w.worklist").exists()


def test_a_missing_findings_file_is_one_sentence(screen: Run, films: Path, tmp_path: Path) -> None:
    run = screen(films, "--worklist", tmp_path / "w.worklist", "--findings", tmp_path / "no.toml")
    assert "no.toml" in sentence(run, 2)


def test_a_findings_file_is_looked_for_anew(screen: Run, films: Path, tmp_path: Path) -> None:
    findings = tmp_path / "findings.toml"
    findings.write_text(
        '[[finding]]\nname = "a fracture"\ndescriptors = [["A rib is broken.", "No rib is."]]\n'
    )
    assert screen(films, "--worklist", tmp_path / "w.worklist").returncode == 0
    run = screen(films, "--json", "--worklist", tmp_path / "w.worklist", "--findings", findings)
    assert run.returncode == 0, run.stderr
    assert "0 known" in run.stderr
    judged = [row for row in map(json.loads, run.stdout.splitlines()) if row["status"] == "judged"]
    assert all([one["name"] for one in row["findings"]] == ["a fracture"] for row in judged)


def test_nothing_to_do_is_done(screen: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    run = screen(tmp_path / "empty", "--json", "--worklist", tmp_path / "w.worklist")
    assert (run.returncode, run.stdout) == (0, "")


@pytest.mark.parametrize(("target", "code"), [("films", 0), ("nowhere", 2)])
def test_on_a_terminal_no_thread_breaks_in(
    target: str, code: int, command: Command, films: Path, tmp_path: Path
) -> None:
    ours, theirs = pty.openpty()
    call = command(tmp_path / target, "--json", "--worklist", tmp_path / "w.worklist")
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=theirs) as process:
        os.close(theirs)
        seen = b""
        while True:
            try:
                seen += os.read(ours, 4096)
            except OSError:  # how Linux says that the other side has closed
                break
        process.communicate()
    os.close(ours)
    assert process.returncode == code
    assert b"Traceback" not in seen, seen.decode()
