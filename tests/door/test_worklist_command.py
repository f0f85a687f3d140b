"""``lightbox worklist``: readers added by a script and by hand, the chain checked, the sum of it told."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lightbox_door.main import main
from lightbox_edge import Review, Worklist
from lightbox_edge.decisions import pins
from tests.processes import environment, lightbox
from tests.reviewed_films import fill, row, tamper

Told = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _cheap_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "N", 2)


@pytest.fixture
def path(tmp_path: Path) -> Iterator[str]:
    with Worklist(tmp_path / "t.worklist") as made:
        fill(made)
        yield made.path


def decided(path: str) -> None:
    """Two readers' decisions on film 0, who differ, and one on film 2."""
    with Worklist(path) as worklist:
        for reader in ("Amina", "Björn"):
            review = Review(worklist)
            review.readers.add(reader, "2468")
            review.sign_in(reader, "2468")
            review.decide(row(worklist, 0), "agree" if reader == "Amina" else "disagree")
        review.decide(row(worklist, 2), "refer")


def test_a_script_adds_a_reader_who_then_signs_in(path: str) -> None:
    """The real program, whose PIN comes on stdin and lies nowhere afterwards."""
    done = subprocess.run(
        lightbox("worklist", "readers", "add", "Amina  Yusuf", "--pin-stdin", "--worklist", path),
        input="quiet-morning-4\n",
        capture_output=True,
        encoding="utf-8",
        env=environment(),
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "Amina Yusuf can now sign in with this PIN in lightbox review.\n"
    with Worklist(path) as worklist:
        Review(worklist).sign_in("amina yusuf", "quiet-morning-4")
    assert all(b"quiet-morning" not in file.read_bytes() for file in Path(path).parent.iterdir())


def test_a_pin_typed_twice_is_taken_when_both_are_the_same(
    path: str, monkeypatch: pytest.MonkeyPatch, capsys: Told
) -> None:
    typed = ["4711", "4712", "4711", "4711"]
    monkeypatch.setattr("getpass.getpass", lambda _: typed.pop(0))
    add = ["worklist", "readers", "add", "Amina", "--worklist", path]
    assert main(add) == 2
    assert capsys.readouterr().err == "lightbox: The two PINs differ: nobody was added.\n"
    assert main(["worklist", "readers", "list", "--worklist", path]) == 0
    assert capsys.readouterr().out.split() == []
    assert main(add) == 0
    assert main(["worklist", "readers", "list", "--worklist", path]) == 0
    assert capsys.readouterr().out == "Amina\n"


@pytest.mark.parametrize("pin", ["", "12\n"])
def test_a_pin_that_cannot_be_used_ends_with_2(
    path: str, pin: str, monkeypatch: pytest.MonkeyPatch, capsys: Told
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(pin))
    assert main(["worklist", "readers", "add", "Amina", "--pin-stdin", "--worklist", path]) == 2
    assert capsys.readouterr().err.startswith("lightbox: This PIN cannot be used: it needs 4 to 64 ")


@pytest.mark.parametrize("words", [["add"], ["list", "Amina"]])
def test_a_name_belongs_to_add(path: str, words: list[str], capsys: Told) -> None:
    assert main(["worklist", "readers", *words, "--worklist", path]) == 2
    assert capsys.readouterr().err == (
        "lightbox: A name is given with add and only with it: lightbox worklist readers add NAME.\n"
    )


def test_a_whole_chain_ends_with_0_and_tells_its_head(path: str, capsys: Told) -> None:
    decided(path)
    assert main(["worklist", "verify", "--worklist", path]) == 0
    told = capsys.readouterr()
    first, second = told.out.splitlines()
    assert first == f"{path}: 3 entries, each as it was written."
    assert second.startswith("head ")
    assert told.err == ""
    head = second.removeprefix("head ")
    assert main(["worklist", "verify", "--head", head, "--worklist", path]) == 0
    assert main(["worklist", "verify", "--head", "f" * 64, "--worklist", path]) == 2


def test_a_changed_entry_ends_with_2_and_is_named(path: str, capsys: Told) -> None:
    """Code 2: the file that the call names is wrong; 3 is the bundle's alone."""
    decided(path)
    tamper(path, ("UPDATE decision SET entry = replace(entry, 'refer', 'agree')", ()))
    assert main(["worklist", "verify", "--worklist", path]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == (
        f"lightbox: The decisions in {path} do not fit together: entry 3 was changed, or stands where "
        "another one was written; keep this file as it is and go back to a copy from before.\n"
    )


def test_the_summary_counts_and_compares(path: str, capsys: Told) -> None:
    decided(path)
    assert main(["worklist", "summary", "--worklist", path]) == 0
    none = "kappa cannot be told (too few films, or all the same answer)"
    assert capsys.readouterr().out.splitlines() == [
        "2 films decided on, 1 in dispute, 0 arbitrated.",
        "Answers: 1 agree, 1 disagree, 1 refer; 0 of them blind.",
        f"Amina and Björn: the same on 0 of 1 films, {none}",
        f"Amina and chest-open 1.0 int8: the same on 1 of 1 films, {none}",
        f"Björn and chest-open 1.0 int8: the same on 0 of 1 films, {none}",
    ]


@pytest.mark.parametrize("words", [["verify"], ["summary"], ["readers", "list"], ["readers", "add", "A"]])
def test_no_worklist_is_a_sentence_and_makes_none(words: list[str], tmp_path: Path, capsys: Told) -> None:
    path = tmp_path / "nowhere.worklist"
    assert main(["worklist", *words, "--worklist", str(path)]) == 2
    assert capsys.readouterr().err == f"lightbox: There is no worklist {path}: run lightbox screen first.\n"
    assert not path.exists()


@pytest.mark.parametrize("action", ["verify", "summary", "readers"])
def test_each_action_helps_with_an_example(action: str, capsys: Told) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["worklist", action, "--help"])
    assert ended.value.code == 0
    assert f"\nexample:  lightbox worklist {action}" in capsys.readouterr().out
