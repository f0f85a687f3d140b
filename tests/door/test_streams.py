"""Streams that were closed or cannot be written to, and a polite end: one sentence, a known exit code."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from lightbox_door.main import main
from lightbox_edge import Bundle
from tests.film_files import SAMPLES
from tests.processes import environment, lightbox

FAILING = {"full": "stdout cannot be read or written: No space left on device.", "closed": ""}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full")
@pytest.mark.parametrize("how", FAILING)
@pytest.mark.parametrize("command", ["bundle", "language"])
def test_an_output_that_fails_is_one_sentence(how: str, command: str, bundle: Bundle) -> None:
    """What is buffered until the end fails there, and not when the interpreter has said goodbye."""
    call = {"bundle": lightbox("bundle", "info", bundle.folder), "language": lightbox("language")}[command]
    streams = {"full": ">/dev/full", "closed": ">&-"}[how]
    run = ["sh", "-c", f'"$@" {streams}', "sh", *call]
    ended = subprocess.run(run, capture_output=True, text=True, check=False, env=environment())
    said = FAILING[how]
    assert ended.stderr == (f"lightbox: {said}\n" if said else "")
    assert ended.returncode == (2 if said else 0)


@pytest.mark.skipif(os.name != "posix", reason="Windows ends a program without a word")
def test_a_shutdown_is_an_interruption(tmp_path: Path, bundle: Bundle) -> None:
    call = lightbox("screen", SAMPLES, "--worklist", tmp_path / "w", "--bundle", bundle.folder, "--json")
    with subprocess.Popen(
        call, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        process.stdout.readline()
        process.terminate()
        _, said = process.communicate()
    assert process.returncode == 130
    assert said.endswith("lightbox: interrupted; run the same command again to go on.\n")


STARVED = [MemoryError(), RuntimeError("can't start new thread"), ImportError("x.so: failed to map segment")]


@pytest.mark.parametrize("error", STARVED)
def test_too_little_memory_is_one_sentence(
    error: Exception, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def starved(_: object) -> int:
        raise error

    monkeypatch.setattr("lightbox_door.language_command.run", starved)
    assert main(["language"]) == 2
    said = capsys.readouterr().err
    assert said == (
        "lightbox: There is not enough memory: close other programs, or screen with --threads 1.\n"
    )


def test_an_error_of_ours_is_no_lack_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(_: object) -> int:
        raise RuntimeError("a mistake")

    monkeypatch.setattr("lightbox_door.language_command.run", wrong)
    with pytest.raises(RuntimeError, match="a mistake"):
        main(["language"])
