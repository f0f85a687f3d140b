"""The one question of a kit: a folder however it is dragged in, and what Enter alone opens."""

from __future__ import annotations

import io
import shlex
import subprocess
from pathlib import Path

import pytest

from lightbox_door import main as door
from lightbox_door.start_command import SAMPLES_WORKLIST, as_dragged, asked_folder
from lightbox_edge.languages import ENGLISH, load_language
from tests.processes import environment, lightbox


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "l'hôpital, films 2"
    made.mkdir()
    return made


def test_a_folder_is_taken_however_a_file_manager_writes_it(folder: Path) -> None:
    escaped = str(folder).replace(" ", "\\ ").replace("'", "\\'")
    for written in (str(folder), shlex.quote(str(folder)), f'"{folder}"', escaped):
        assert as_dragged(written, "posix") == folder, written
    assert str(as_dragged('"C:\\films of May"', "nt")) == "C:\\films of May"


def test_a_misspelt_folder_is_asked_for_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers = iter(["/no/such", "it's", str(folder)])
    assert asked_folder(load_language("fr"), "", lambda _: next(answers)) == folder
    assert capsys.readouterr().out.count("Essayez encore") == 2


@pytest.mark.parametrize("end", ["", "  "])
def test_enter_alone_names_none(end: str) -> None:
    assert asked_folder(ENGLISH, "", lambda _: end) is None


def test_the_end_of_input_names_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(_: str) -> str:
        raise EOFError

    assert asked_folder(ENGLISH, "", ended) is None


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """What the start runs, instead of running it; its kit lies in ``tmp_path``."""
    calls: list[list[str]] = []
    (tmp_path / "samples").mkdir()
    monkeypatch.setattr("lightbox_edge.home.home", lambda: tmp_path)
    real = door.main

    def main(argv: list[str] | None = None) -> int:
        if argv and argv[0] == "start":
            return real(argv)
        calls.append(argv or [])
        return 0

    monkeypatch.setattr(door, "main", main)
    return calls


def test_what_is_opened(
    called: list[list[str]], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder goes into the worklist; Enter opens the worklist, or the samples apart where none is yet."""
    worklist = tmp_path / "clinic.worklist"
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{folder}\n\n\n"))
    call = ["start", "--worklist", str(worklist), "--language", "en"]
    assert door.main(call) == 0
    assert called.pop() == ["screen", "--review", "--worklist", str(worklist), "--", str(folder)]
    assert door.main(call) == 0
    trial = str(worklist.with_name(SAMPLES_WORKLIST))
    assert called.pop() == ["screen", "--review", "--worklist", trial, "--", str(tmp_path / "samples")]
    worklist.touch()
    assert door.main(call) == 0
    assert called.pop() == ["review", "--worklist", str(worklist)]


def test_the_real_program_says_it_in_the_language_asked_for(tmp_path: Path) -> None:
    done = subprocess.run(
        lightbox("start", "--language", "sw"),
        cwd=tmp_path,
        env=environment(),
        input="\n",
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert "Picha ziko kwenye folda gani?" in done.stdout
    assert done.returncode == 2
    assert "There is no worklist lightbox.worklist" in done.stderr
