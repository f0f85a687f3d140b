"""``lightbox refer`` from a pack to the answers: what it says, what it asks, and what it refuses to write."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from lightbox_door import referring_films
from lightbox_door.main import main
from lightbox_edge import Worklist
from lightbox_edge.decisions import DecisionLog, Readers, pins
from lightbox_edge.referring.age_keys import encrypt, make_key, read_recipients
from tests.edge.referring.planted import GIVEN, NAME, traces
from tests.referred_films import make_films, screened

Told = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Films, a worklist and the hospital's key in the current folder."""
    monkeypatch.setattr(pins, "N", 2)
    monkeypatch.chdir(tmp_path)
    Path("films").mkdir()
    make_films(Path("films"))
    with Worklist("lightbox.worklist") as worklist:
        screened(Path("films"), worklist)
    make_key(Path("hospital"))


@pytest.fixture
def refer(capsys: Told) -> Callable[..., tuple[int, str, str]]:
    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["refer", *arguments])
        return code, *capsys.readouterr()

    return run


def opened() -> dict[str, bytes]:
    assert main(["refer", "--open", "pack", "--identity", "hospital", "--out", "pack.zip"]) == 0
    with zipfile.ZipFile("pack.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def filled(form: bytes, answer: str, reader: str = "Dr Mbeki") -> bytes:
    rows = list(csv.reader(io.StringIO(form.decode("utf-8-sig"), newline="")))
    out = io.StringIO(newline="")
    csv.writer(out).writerows([rows[0], *([*row[:3], reader, answer, "", ""] for row in rows[1:])])
    return out.getvalue().encode()


def decisions() -> list[tuple[str, str, str]]:
    with Worklist("lightbox.worklist") as worklist:
        standings = DecisionLog(worklist).standings
        found = [one for film in standings.films() for one in standings.of(film).decisions]
    return [(one.reader, one.answer, one.taken_in.by if one.taken_in else "") for one in found]


def test_films_go_and_answers_come_back(refer: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = refer("films", "--to", "hospital.pub", "--out", "pack", "--yes")
    assert code == 0
    assert [line.split("  ")[0] for line in out.splitlines()] == [
        "film-01.tif", "film-03.jpg", "film-04.dcm", "film-05.png",
    ]  # fmt: skip
    assert "5 films packed into pack" in err
    assert traces(Path("pack").read_bytes()) == []
    packed = opened()
    assert all(traces(content) == [] for content in packed.values())
    Path("answers.csv").write_bytes(filled(packed["answers.csv"], "nothing seen"))
    code, out, _ = refer("--import", "answers.csv", "--worklist", "lightbox.worklist")
    assert (code, out.split(" (")[0]) == (
        0,
        "5 answers of Dr Mbeki are new in lightbox.worklist, 0 it had already",
    )
    assert {(reader, answer) for reader, answer, _ in decisions()} == {("Dr Mbeki", "nothing seen")}
    assert all(by.startswith("account ") for *_, by in decisions())
    assert refer("--import", "answers.csv")[1].startswith("0 answers of Dr Mbeki are new")
    assert main(["worklist", "verify"]) == 0
    assert main(["report", "--format", "json", "--out", "report.json"]) == 0
    assert Path("report.json").read_text().count("Dr Mbeki") == 5


@pytest.mark.skipif(shutil.which("age") is None, reason="the tool age is not installed")
def test_a_hospital_needs_no_lightbox(refer: Callable[..., tuple[int, str, str]]) -> None:
    word = read_recipients("hospital.pub")[0]
    assert refer("--flagged", "--to", word, "--out", "pack", "--yes")[0] == 0
    subprocess.run(["age", "-d", "-i", "hospital", "-o", "pack.zip", "pack"], check=True)
    with zipfile.ZipFile("pack.zip") as archive:
        assert [name for name in archive.namelist() if name.startswith("film-")] == [
            "film-01.jpg", "film-02.dcm", "film-03.png",
        ]  # fmt: skip


def test_a_reader_here_vouches_with_his_pin_for_answers_that_came_encrypted(
    refer: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    refer("--flagged", "--to", "hospital.pub", "--out", "pack", "--yes")
    make_key(Path("clinic"))
    sealed = encrypt(filled(opened()["answers.csv"], "refer"), read_recipients("clinic.pub"))
    Path("answers.age").write_bytes(sealed)
    with Worklist("lightbox.worklist") as worklist:
        Readers(worklist).add("Amina Yusuf", "2468")
    code, _, err = refer("--import", "answers.age", "--reader", "Amina Yusuf", "--pin-stdin")
    assert (code, "--identity" in err) == (2, True)
    monkeypatch.setattr("sys.stdin", io.StringIO("1357\n"))
    signed = ("--import", "answers.age", "--identity", "clinic", "--reader", "amina yusuf", "--pin-stdin")
    code, _, err = refer(*signed)
    assert (code, "is not the PIN" in err, decisions()) == (2, True, [])
    monkeypatch.setattr("sys.stdin", io.StringIO("2468\n"))
    assert refer(*signed)[0] == 0
    assert decisions() == [("Dr Mbeki", "refer", "Amina Yusuf")] * 3


def test_nothing_is_written_before_somebody_has_looked(
    refer: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    code, out, err = refer("films", "--to", "hospital.pub", "--out", "pack")
    assert (code, out) == (2, "")
    warned = [line for line in err.splitlines() if "nothing says whether text is burned in" in line]
    assert len(warned) == 3  # the DICOM film says NO
    assert "no program finds all of it" in err
    assert sorted(file.name for file in Path().glob("*pack*")) == []
    assert not Path("lightbox.worklist.referrals").exists()


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("Yes\n", 0), ("\n", 2), ("n\n", 2)])
def test_on_a_terminal_it_asks(
    refer: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    terminal = io.StringIO(answer)
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", terminal)
    found, _, err = refer("films", "--to", "hospital.pub", "--out", "pack")
    assert (found, referring_films._QUESTION in err, Path("pack").exists()) == (code, True, code == 0)


def test_a_film_that_says_that_nothing_is_written_on_it_needs_no_word(
    refer: Callable[..., tuple[int, str, str]],
) -> None:
    code, _, err = refer(f"films/{NAME}.dcm", "--to", "hospital.pub", "--out", "pack")
    assert (code, "burned in" in err) == (0, False)


def test_what_cannot_be_packed_is_named_and_the_rest_goes(
    refer: Callable[..., tuple[int, str, str]],
) -> None:
    Path("films/zero.png").write_bytes(b"")
    code, out, err = refer("films", "--to", "hospital.pub", "--out", "pack", "--yes")
    assert (code, len(out.splitlines())) == (1, 4)
    assert "films/zero.png is left out: The file is empty" in err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Say one thing at a time"),
        (["films", "--import", "a.csv"], "Say one thing at a time"),
        (["films", "--out", "pack"], "--to"),
        (["films", "--to", "hospital.pub"], "--out"),
        (["films", "--to", "hospital", "--out", "pack"], "holds no public key"),
        (["films", "--to", "hospital.pub", "--out", "lightbox.worklist"], "is there already"),
        (
            ["films", "--to", "hospital.pub", "--out", "pack", "--worklist", "none"],
            "There is no worklist none",
        ),
        (["nowhere", "--to", "hospital.pub", "--out", "pack"], "nowhere does not exist"),
        (["hospital", "--to", "hospital.pub", "--out", "pack"], "There is no film to pack"),
        (["films", "--to", "hospital.pub", "--out", "no/pack", "--yes"], "cannot be written"),
        (["--import", "a.csv"], "a.csv cannot be read"),
        (["--import", "hospital.pub"], "is no form of a referral"),
        (["--make-key", "hospital"], "is there already"),
        (["--open", "hospital", "--identity", "hospital", "--out", "x"], "cannot be opened"),
        (["--open", "hospital", "--out", "x"], "--identity"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_changed(
    refer: Callable[..., tuple[int, str, str]], arguments: list[str], sentence: str
) -> None:
    code, out, err = refer(*arguments)
    assert (code, out) == (2, "")
    assert sentence in err.splitlines()[-1]
    assert "Traceback" not in err
    assert GIVEN not in err.splitlines()[-1]
    assert not Path("pack").exists()
    assert decisions() == []


def test_a_key_is_made(refer: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = refer("--make-key", "clinic")
    assert (code, out.strip()) == (0, Path("clinic.pub").read_text().strip())
    assert "clinic is secret" in err
    assert Path("clinic").stat().st_mode & 0o777 == 0o600
