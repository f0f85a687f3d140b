"""``lightbox worklist merge`` with the real program, where some of the worklists are under a passphrase."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from lightbox_door.worklists import VARIABLE
from lightbox_edge import Review, Worklist
from lightbox_edge.decisions import pins, verify
from lightbox_edge.worklist_files import key_for, needs_passphrase
from lightbox_edge.worklist_files.beside import last_good
from lightbox_edge.worklist_files.encrypting import encrypt
from lightbox_edge.worklist_files.keeping import keep_copy
from tests.processes import environment, lightbox
from tests.reviewed_films import JUDGE, film, row

CAT, DOG = "nine lives of a cat", "every dog has its day"


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Two plain worklists with one film in common, and a decision in each."""
    monkeypatch.setattr(pins, "N", 2)
    first, second = tmp_path / "a", tmp_path / "b"
    with Worklist(first) as made:
        made.add_judge(JUDGE)
        made.commit(JUDGE, [film(0)])
    shutil.copy(first, second)
    for path, reader in ((first, "Amina"), (second, "Björn")):
        with Worklist(path) as made:
            made.commit(JUDGE, [film(1 if path == first else 2)])
            review = Review(made)
            review.readers.add(reader, "2468")
            review.sign_in(reader, "2468")
            review.decide(row(made, 0), "refer")
    return first, second


def merged(*arguments: object, typed: str = "") -> subprocess.CompletedProcess[str]:
    """The real program, with passphrases from the lines of stdin."""
    return subprocess.run(
        lightbox("worklist", "merge", *arguments),
        env={**environment(), VARIABLE: "-"},
        input=typed, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip


def test_the_output_has_the_first_encrypted_ones_passphrase_and_each_is_asked_for(
    two: tuple[Path, Path], tmp_path: Path
) -> None:
    out, other = tmp_path / "c", tmp_path / "d"
    expected = json.loads(merged(*two, "--out", other, "--json").stdout)
    assert (expected["passphrase_of"], expected["plain"]) == (None, [])
    for path, words in zip(two, (CAT, DOG), strict=True):
        encrypt(path, words)
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    done = merged(*two, "--out", out, typed=f"{CAT}\n{DOG}\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"{out} is encrypted, under the passphrase of {two[0]}." in done.stdout.splitlines()
    assert {name: (tmp_path / name).read_bytes() for name in before} == before
    assert {one.name for one in tmp_path.iterdir()} == {*before, "c", "c.last-good"}
    key = key_for(out, CAT)
    for path in (out, last_good(out)):
        assert needs_passphrase(path)
        with Worklist(path, key=key) as worklist:
            assert verify(worklist).head == expected["head"]
            assert len(list(worklist.results())) == 3


def test_a_plain_one_that_is_replaced_becomes_encrypted_and_what_stays_plain_is_named(
    two: tuple[Path, Path],
) -> None:
    plain, other = two
    keep_copy(plain, None)
    encrypt(other, CAT)
    done = merged(plain, other, "--out", plain, typed=f"{CAT}\n")
    assert done.returncode == 0, done.stderr
    before = plain.with_name("a.before-merge")
    lines = done.stdout.splitlines()
    assert f"{plain} is encrypted, under the passphrase of {other}." in lines
    assert f"Still not encrypted: {before}; remove it if you do not need it." in lines
    assert needs_passphrase(plain)
    for path in (plain, last_good(plain)):
        assert b"films/" not in path.read_bytes()
    with Worklist(plain, key=key_for(plain, CAT)) as worklist:
        assert verify(worklist).entries == 2
    erased = subprocess.run(
        lightbox("worklist", "erase", plain, "--yes"), env=environment(), capture_output=True, check=True
    )
    assert len(erased.stdout.splitlines()) == 3
    assert sorted(one.name for one in plain.parent.iterdir()) == ["b", "b.last-good"]


def test_an_encrypted_one_is_replaced_in_its_place(two: tuple[Path, Path]) -> None:
    first, second = two
    encrypt(first, CAT)
    assert merged(second, first, "--out", first, typed=f"{CAT}\n").returncode == 0
    with Worklist(first, key=key_for(first, CAT)) as worklist:
        assert verify(worklist).entries == 2
    with Worklist(first.with_name("a.before-merge"), key=key_for(first.with_name("a.before-merge"), CAT)):
        pass


def test_with_a_wrong_passphrase_or_none_nothing_is_merged(two: tuple[Path, Path], tmp_path: Path) -> None:
    encrypt(two[1], CAT)
    done = merged(*two, "--out", tmp_path / "c", typed=f"{DOG}\n")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"This passphrase does not open {two[1]}" in done.stderr
    call = lightbox("worklist", "merge", *two, "--out", tmp_path / "c")
    done = subprocess.run(
        call, env=environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "is encrypted and there is no terminal to ask" in done.stderr
    assert not (tmp_path / "c").exists()
