"""``lightbox receive`` as a process: films are judged as they come, and what it acknowledged outlives it."""

from __future__ import annotations

import json
import signal
import stat
import threading
from pathlib import Path

import pydicom
import pytest

from lightbox_door.main import main
from tests.received_films import FILM
from tests.receiving import associate, receiving

pynetdicom = pytest.importorskip("pynetdicom")

MOMENTS = (0.15, 0.4, 0.55)  # seconds after which it is killed


def test_films_are_judged_as_they_come_and_sigterm_ends_it(tmp_path: Path) -> None:
    worklist = tmp_path / "w.worklist"
    with receiving("--into", tmp_path / "in", "--screen", "--json", "--worklist", worklist) as (
        process,
        port,
    ):
        association = associate(port)
        assert association.send_c_store(pydicom.dcmread(FILM)).Status == 0
        association.release()
        assert process.stdout
        told = json.loads(process.stdout.readline())
        assert (told["status"], Path(told["path"]).parent) == ("judged", tmp_path / "in" / "films")
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert "interrupted" in err
    assert "Traceback" not in err
    assert "SAMPLE-07" not in err
    assert main(["report", "--worklist", str(worklist), "--out", str(tmp_path / "a.csv")]) == 0
    assert told["sha256"] in (tmp_path / "a.csv").read_text()


def test_kill_9_loses_no_film_that_was_acknowledged(tmp_path: Path) -> None:
    """Killed at some moment of a stream of films; the sender counts what it was told is safe."""
    sent = 0
    acknowledged: dict[str, bytes] = {}
    film = pydicom.dcmread(FILM)
    for moment in MOMENTS:
        with receiving("--into", tmp_path) as (process, port):
            association = associate(port)
            association.dimse_timeout = 2  # what was killed answers no more
            deadline = threading.Timer(moment, process.kill)
            deadline.start()
            while association.is_established:
                sent += 1
                film.SOPInstanceUID = film.file_meta.MediaStorageSOPInstanceUID = f"1.2.826.0.1.{sent}"
                try:
                    answer = association.send_c_store(film)
                except (OSError, RuntimeError):  # it died between two looks
                    break
                if "Status" in answer and answer.Status == 0:
                    acknowledged[film.SOPInstanceUID] = film.PixelData
            deadline.join()
    kept = [pydicom.dcmread(one) for one in (tmp_path / "films").iterdir()]
    held = {one.SOPInstanceUID: one.PixelData for one in kept}
    assert len(acknowledged) > len(MOMENTS)
    assert acknowledged.items() <= held.items()
    assert {stat.S_IMODE(one.stat().st_mode) for one in (tmp_path / "films").iterdir()} == {0o600}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--bind", "localhost", "--allow", "A"), "is no IP address"),
        (("--allow", "A"), "--bind"),
        (("--bind", "127.0.0.1"), "--allow"),
        (("--bind", "127.0.0.1", "--allow", "A,SEVENTEEN_LETTERS"), "is no AE title"),
        (("--bind", "127.0.0.1", "--allow", "A", "--quota", "much"), "is no size"),
        (("--bind", "127.0.0.1", "--allow", "A", "--port", "70000"), "is no port"),
    ],
)
def test_a_call_that_is_wrong_listens_nowhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["receive", "--into", str(tmp_path / "in"), *arguments])
    assert told in capsys.readouterr().err
    assert not (tmp_path / "in").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--bind", "192.0.2.1"), "cannot be listened on"),  # an address that no machine has, RFC 5737
        (("--bind", "127.0.0.1", "--json"), "say --screen too"),
    ],
)
def test_a_mistake_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    handler = signal.getsignal(signal.SIGTERM)
    try:
        assert main(["receive", "--allow", "A", "--into", str(tmp_path / "in"), *arguments]) == 2
    finally:
        signal.signal(signal.SIGTERM, handler)
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert told in said.err


def test_without_a_bundle_nothing_is_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    handler = signal.getsignal(signal.SIGTERM)
    call = [
        "--bind",
        "127.0.0.1",
        "--allow",
        "A",
        "--into",
        tmp_path / "in",
        "--bundle",
        tmp_path,
        "--screen",
    ]
    try:
        assert main(["receive", *map(str, call), "--worklist", str(tmp_path / "w")]) == 3
    finally:
        signal.signal(signal.SIGTERM, handler)
    assert "listens" not in capsys.readouterr().err
