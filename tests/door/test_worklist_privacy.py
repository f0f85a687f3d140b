"""``lightbox worklist encrypt | decrypt | erase``, and commands on an encrypted or a damaged worklist."""

from __future__ import annotations

import getpass
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lightbox_door.main import main
from lightbox_door.worklists import VARIABLE
from lightbox_edge import Review, Worklist
from lightbox_edge.decisions import pins
from lightbox_edge.worklist_files import key_for, needs_passphrase
from lightbox_edge.worklist_files.beside import last_good
from lightbox_edge.worklist_files.encrypting import encrypt
from lightbox_edge.worklist_files.keeping import keep_copy
from tests.processes import environment, lightbox
from tests.reviewed_films import fill, row

Told = pytest.CaptureFixture[str]
CAT = "nine lives of a cat"
SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(pins, "N", 2)
    monkeypatch.delenv(VARIABLE, raising=False)
    path = tmp_path / "t.worklist"
    with Worklist(path) as made:
        fill(made)
        review = Review(made)
        review.readers.add("Amina", "2468")
        review.sign_in("Amina", "2468")
        review.decide(row(made, 0), "agree")
    return path


def typed(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """A person at a terminal, who is asked for a passphrase and types these; what was asked."""
    left, asked = list(answers), list[str]()

    def ask(prompt: str) -> str:
        asked.append(prompt)
        return left.pop(0)

    monkeypatch.setattr(getpass, "getpass", ask)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    return asked


def test_encrypting_says_first_what_a_forgotten_passphrase_costs(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Told
) -> None:
    asked = typed(monkeypatch, CAT, CAT)
    assert main(["worklist", "encrypt", str(path)]) == 0
    assert asked == ["New passphrase: ", "The same passphrase again: "]
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.index("is forgotten, every result and every decision is lost") < said.err.index(
        "are encrypted"
    )
    assert needs_passphrase(path)
    typed(monkeypatch, CAT)
    assert main(["worklist", "decrypt", str(path)]) == 0
    assert "not encrypted any more" in capsys.readouterr().err
    assert not needs_passphrase(path)


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [(("short",), "at least 8 characters"), ((CAT, f"{CAT}s"), "The two passphrases differ")],
)
def test_a_passphrase_that_will_not_do_changes_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Told, answers: tuple[str, ...], sentence: str
) -> None:
    before = path.read_bytes()
    typed(monkeypatch, *answers)
    assert main(["worklist", "encrypt", str(path)]) == 2
    assert sentence in capsys.readouterr().err
    assert path.read_bytes() == before


def test_a_new_one_never_was_plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Told) -> None:
    typed(monkeypatch, CAT, CAT)
    assert main(["worklist", "encrypt", str(tmp_path / "new.worklist")]) == 0
    assert "a new, empty worklist" in capsys.readouterr().err
    assert needs_passphrase(tmp_path / "new.worklist")


@pytest.mark.parametrize(
    "call",
    [
        ["worklist", "verify"],
        ["worklist", "summary"],
        ["worklist", "readers", "list"],
        ["report"],
        ["report", "--format", "json"],
        ["report", "--format", "html", "--pictures", "none"],
    ],
    ids=" ".join,
)
def test_each_command_gives_of_an_encrypted_one_what_it_gave_of_the_plain_one(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes], call: list[str]
) -> None:
    asked = [*call, "--worklist", str(path)]
    assert main(asked) == 0
    before = capsysbinary.readouterr().out
    encrypt(path, CAT)
    prompts = typed(monkeypatch, CAT)
    assert main(asked) == 0
    after = capsysbinary.readouterr()
    moment = re.compile(rb"\d\d:\d\d(:\d\d)?")  # of the report
    assert moment.sub(b"", after.out) == moment.sub(b"", before)
    assert after.err == b""
    assert prompts == [f"Passphrase of {path}: "]  # once


def test_a_wrong_passphrase_is_one_sentence(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Told
) -> None:
    encrypt(path, CAT)
    typed(monkeypatch, "nine lives of a dog")
    assert main(["worklist", "verify", "--worklist", str(path)]) == 2
    assert capsys.readouterr().err == (
        f"lightbox: This passphrase does not open {path}, and nothing else can: type it as it was set.\n"
    )


def test_a_script_names_a_file_or_gives_a_line_of_stdin(path: Path, tmp_path: Path) -> None:
    encrypt(path, CAT)
    (tmp_path / "passphrase").write_text(f"{CAT}\nnot this line\n")
    call = lightbox("worklist", "verify", "--worklist", path)
    for named, line in ((str(tmp_path / "passphrase"), ""), ("-", f"{CAT}\n"), ("", ""), ("nowhere", "")):
        done = subprocess.run(
            call,
            input=line,
            capture_output=True,
            text=True,
            env={**environment(), VARIABLE: named},
            check=False,
        )
        if named in ("", "nowhere"):
            assert done.returncode == 2
            assert VARIABLE in done.stderr
            assert done.stderr.count("\n") == 1
        else:
            assert (done.returncode, done.stderr) == (0, "")
            assert "1 entries" in done.stdout


def test_screening_fills_an_encrypted_one_and_takes_up_where_it_stopped(tmp_path: Path) -> None:
    path, secret = tmp_path / "new.worklist", tmp_path / "passphrase"
    secret.write_text(CAT)
    env = {**environment(), VARIABLE: str(secret)}
    subprocess.run(lightbox("worklist", "encrypt", path), env=env, capture_output=True, check=True)
    call = lightbox("screen", SAMPLES / "film-05-8-bit.png", "--worklist", path)
    told = [
        subprocess.run(call, env=env, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
        for _ in range(2)
    ]
    assert told[0].stdout == told[1].stdout
    assert "1 known from before" in told[1].stderr
    for file in (path, last_good(path)):
        assert b"film-05" not in file.read_bytes()
    with Worklist(last_good(path), key=key_for(path, CAT)) as copy:
        assert len(list(copy.results())) == 1


def test_a_damaged_one_is_restored_loudly_and_the_command_goes_on(path: Path, capsys: Told) -> None:
    keep_copy(path, None)
    os.truncate(path, 5000)
    assert main(["worklist", "verify", "--worklist", str(path)]) == 0
    said = capsys.readouterr()
    assert "1 entries" in said.out
    assert said.err.startswith(f"lightbox: The worklist {path} was damaged (")
    assert "5 rows, 1 decisions" in said.err
    assert "What was screened or decided after that is missing" in said.err
    assert "The damaged file is kept as" in said.err
    assert main(["worklist", "verify", "--worklist", str(path)]) == 0
    assert capsys.readouterr().err == ""


def test_a_worklist_that_is_gone_comes_back_from_its_copy(path: Path, capsys: Told) -> None:
    keep_copy(path, None)
    path.unlink()
    assert main(["worklist", "summary", "--worklist", str(path)]) == 0
    assert "was damaged (it is gone)" in capsys.readouterr().err


def test_a_damaged_one_without_a_copy_is_one_sentence(path: Path, capsys: Told) -> None:
    os.truncate(path, 5000)
    before = path.read_bytes()
    assert main(["report", "--worklist", str(path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "has no good copy beside it" in said.err
    assert path.read_bytes() == before


def test_erasing_asks_and_names_what_went_and_what_it_cannot_reach(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Told
) -> None:
    keep_copy(path, None)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: "no")
    assert main(["worklist", "erase", str(path)]) == 0
    assert path.exists()
    assert "Nothing was erased." in capsys.readouterr().err
    monkeypatch.setattr("builtins.input", lambda _: "erase")
    assert main(["worklist", "erase", str(path)]) == 0
    said = capsys.readouterr()
    assert said.out.split("\n")[:2] == [f"erased  {path}", f"erased  {last_good(path)}"]
    assert "Not reached: the films themselves, reports" in said.err
    assert not list(path.parent.glob("t.worklist*"))


def test_erasing_in_a_script_needs_yes(path: Path, capsys: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    assert main(["worklist", "erase", str(path)]) == 2
    assert "--yes" in capsys.readouterr().err
    assert main(["worklist", "erase", str(path), "--yes"]) == 0
    assert not path.exists()


def test_a_crash_leaves_no_core_file() -> None:
    told = "from lightbox_door.no_core import leave_no_core as l; import resource as r; l()"
    done = subprocess.run(
        [sys.executable, "-c", f"{told}; print(r.getrlimit(r.RLIMIT_CORE))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "(0, 0)\n"
