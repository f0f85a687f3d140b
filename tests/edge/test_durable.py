"""A durable write leaves the old file or the new one, and nothing beside it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lightbox_edge import durable
from lightbox_edge.durable import write_durably
from lightbox_edge.errors import LightboxError
from lightbox_edge.unfinished import beside


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=20)
@given(st.binary(max_size=1000))
def test_what_is_written_is_there(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "out"
    write_durably(path, content)
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failure_leaves_the_old_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "out"
    write_durably(path, b"old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(*((os, "fsync") if step == "fsync" else (Path, "replace")), fail)
    with pytest.raises(LightboxError, match=r"out cannot be written: No space left on device\.$"):
        write_durably(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interruption_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_durably(tmp_path / "out", b"new")
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_flushed_before_it_is_put_in_place_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = []
    fsync, replace, flush_folder = os.fsync, Path.replace, durable.flush_folder
    monkeypatch.setattr(os, "fsync", lambda handle: (steps.append("fsync"), fsync(handle)))
    monkeypatch.setattr(Path, "replace", lambda self, to: (steps.append("replace"), replace(self, to)))
    monkeypatch.setattr(durable, "flush_folder", lambda to: (steps.append("folder"), flush_folder(to)))
    write_durably(tmp_path / "out", b"new")
    assert steps[:3] == ["fsync", "replace", "folder"]
    assert steps[3:] == (["fsync"] if os.name == "posix" else [])


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(LightboxError, match=r"cannot be written: No such file or directory\.$"):
        write_durably(tmp_path / "nowhere" / "out", b"new")


WRITES = """
import sys, time
from pathlib import Path
from lightbox_edge.durable import write_parts_durably
def parts():
    yield b"PatientID 4711" * 10_000
    print("in the middle", flush=True)
    time.sleep(60)
write_parts_durably(Path(sys.argv[1]), parts())
"""


def writing(path: Path) -> subprocess.Popen[bytes]:
    """A program that is in the middle of writing this file."""
    other = subprocess.Popen([sys.executable, "-c", WRITES, str(path)], stdout=subprocess.PIPE)
    assert other.stdout
    other.stdout.readline()
    return other


@pytest.mark.skipif(os.name != "posix", reason="there a file that is open cannot be removed at all")
def test_what_a_kill_left_goes_with_the_next_write_and_what_is_being_written_stays(tmp_path: Path) -> None:
    path, other = tmp_path / "report.pdf", tmp_path / "report.pdf.2"
    killed, alive = writing(path), writing(path)
    for_another = writing(other)
    for one in (killed, for_another):
        one.kill()
        one.communicate()
    assert len(beside(path)) == 2
    assert max(one.stat().st_size for one in beside(path)) > 100_000  # patients' data, had it stayed
    write_durably(path, b"whole")
    assert path.read_bytes() == b"whole"
    assert len(beside(path)) == 1
    assert len(beside(other)) == 1
    alive.kill()
    alive.communicate()
    write_durably(path, b"whole")
    assert beside(path) == []
