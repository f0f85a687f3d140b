"""A worklist under a passphrase: the same rows and decisions, no plain byte, and the same way back."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightbox_edge import LightboxError, Review, Worklist
from lightbox_edge.decisions import verify
from lightbox_edge.worklist_files import Key, key_for, needs_passphrase
from lightbox_edge.worklist_files import cipher as cipher_module
from lightbox_edge.worklist_files.beside import before_encryption, last_good
from lightbox_edge.worklist_files.encrypting import decrypt, encrypt
from lightbox_edge.worklist_files.keeping import KeepsCopy, keep_copy
from lightbox_edge.worklist_files.restoring import mend
from tests.processes import held
from tests.reviewed_films import JUDGE, film, row

CAT = "nine lives of a cat"


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return sorted(connection.iterdump())


def test_there_and_back_changes_nothing_and_leaves_nothing_plain(path: Path) -> None:
    before = dump(path)
    keep_copy(path, None)
    assert not needs_passphrase(path)
    assert encrypt(path, CAT) == []
    assert needs_passphrase(path)
    assert sorted(one.name for one in path.parent.iterdir()) == [path.name, last_good(path).name]
    for file in path.parent.iterdir():
        assert file.stat().st_mode & 0o777 == 0o600
        content = file.read_bytes()
        assert not any(word in content for word in (b"SQLite", b"films/", b"Amina", b"CREATE TABLE"))
    decrypt(path, key_for(path, CAT))
    assert not needs_passphrase(path)
    assert dump(path) == before
    assert dump(last_good(path)) == before


def test_everything_is_read_written_decided_and_copied_under_the_passphrase(path: Path) -> None:
    encrypt(path, CAT)
    key = key_for(path, CAT)
    with Worklist(path, key=key) as worklist, KeepsCopy(worklist.path, key):
        worklist.commit(JUDGE, [film(0)])
        review = Review(worklist)
        review.sign_in("Amina", "2468")
        review.decide(row(worklist, 3), "refer")
        with worklist.again() as other:
            assert list(other.results()) == list(worklist.results())
        log = path.with_name(f"{path.name}-wal").read_bytes()
        assert log
        assert b"films/" not in log
    with Worklist(last_good(path), key=key) as copy:
        assert verify(copy).entries == 4


def test_a_killed_program_loses_nothing_that_it_committed(path: Path) -> None:
    """Its log stays behind, encrypted too, and the next opening takes it in."""
    told = """
import os, sys
from pathlib import Path
from lightbox_edge import Worklist
from lightbox_edge.worklist_files import key_for
from lightbox_edge.reading import Source
from lightbox_edge.results import Outcome, Result
from lightbox_edge.worklist import FileResults
from tests.processes import held
from tests.reviewed_films import JUDGE
path = Path(sys.argv[1])
worklist = Worklist(path, key=key_for(path, sys.argv[2]))
row = Result("films/7.png", None, "7" * 64, Outcome("judged", "flagged"))
worklist.commit(JUDGE, [FileResults(Source(row.path, row.path, (), 1, 1), row.sha256, (row,))])
os.kill(os.getpid(), 9)
"""
    encrypt(path, CAT)
    call = [sys.executable, "-c", told, str(path), CAT]
    subprocess.run(call, cwd=Path(__file__).parents[3], check=False)
    assert path.with_name(f"{path.name}-wal").stat().st_size > 0
    key = key_for(path, CAT)
    assert mend(path, key) is None
    with Worklist(path, key=key) as worklist:
        assert len(list(worklist.results())) == 6


def test_the_triggers_hold_under_the_passphrase_too(path: Path) -> None:
    encrypt(path, CAT)
    with (
        Worklist(path, key=key_for(path, CAT)) as worklist,
        pytest.raises(LightboxError, match="a decision is never deleted"),
        worklist.writing() as connection,
    ):
        connection.execute("DELETE FROM decision")


def test_sqlcipher_itself_opens_it_with_the_passphrase(path: Path) -> None:
    """The key is SQLCipher 4's own of the passphrase: other programs of it can open the file."""
    encrypt(path, CAT)
    with closing(cipher_module.connect_encrypted(str(path), "", 0)) as connection:
        connection.execute(f"PRAGMA key = '{CAT}'")
        assert connection.execute("SELECT count(*) FROM picture").fetchone() == (5,)
        assert connection.execute("PRAGMA cipher_integrity_check").fetchall() == []


def test_without_the_key_it_is_a_sentence_and_stays_as_it_is(path: Path) -> None:
    encrypt(path, CAT)
    before = path.read_bytes()
    with pytest.raises(LightboxError, match="not a database"):
        Worklist(path)
    with pytest.raises(LightboxError) as caught:
        key_for(path, "nine lives of a dog")
    assert str(caught.value) == (
        f"This passphrase does not open {path}, and nothing else can: type it as it was set."
    )
    assert path.read_bytes() == before


def test_a_passphrase_with_accents_is_the_same_from_every_keyboard() -> None:
    salt = bytes(16)
    assert Key.derive("cafe\u0301 noir", salt) == Key.derive("caf\u00e9 noir", salt)
    assert Key.derive("cafe noir", salt) != Key.derive("caf\u00e9 noir", salt)


@settings(max_examples=100)
@given(st.binary(max_size=3000))
def test_what_a_text_or_a_short_file_holds_is_no_encrypted_worklist(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "f"
    path.write_bytes(content + bytes(2000))
    assert not needs_passphrase(path)


def test_what_a_power_cut_left_goes_with_the_next_call(path: Path) -> None:
    old = path.read_bytes()
    encrypt(path, CAT)
    before_encryption(path).write_bytes(old)
    encrypted = path.read_bytes()
    assert encrypt(path, CAT) == []
    assert not before_encryption(path).exists()
    assert path.read_bytes() == encrypted


def test_what_was_set_aside_stays_and_is_named(path: Path) -> None:
    damaged = path.with_name(f"{path.name}.damaged-2026-11-22-120000")
    damaged.write_bytes(path.read_bytes())
    assert encrypt(path, CAT) == [damaged]
    assert damaged.exists()


def test_what_a_cut_left_goes_and_what_somebody_needs_is_named(path: Path) -> None:
    cut = path.with_name(f".{path.name}.merging") / "0" / path.name
    unfinished = path.with_name(f".{path.name}.unfinished-x")
    before, referred = path.with_name(f"{path.name}.before-merge"), path.with_name(f"{path.name}.referrals")
    for one in (cut, unfinished, before, referred / "0.json"):
        one.parent.mkdir(parents=True, exist_ok=True)
        one.write_bytes(path.read_bytes())
    assert encrypt(path, CAT) == [before, referred]
    assert sorted(one.name for one in path.parent.iterdir()) == [
        path.name, before.name, last_good(path).name, referred.name
    ]  # fmt: skip


def test_decrypting_names_what_keeps_the_passphrase(path: Path) -> None:
    encrypt(path, CAT)
    before = path.with_name(f"{path.name}.before-merge")
    before.write_bytes(path.read_bytes())
    assert decrypt(path, key_for(path, CAT)) == [before]


def test_the_old_file_is_overwritten(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen through a file handle that was open before: its blocks hold zeros."""
    handle = os.open(path, os.O_RDONLY)
    try:
        encrypt(path, CAT)
        left = os.read(handle, 1 << 20)
    finally:
        os.close(handle)
    assert len(left) > 4096
    assert not left.strip(b"\0")


def test_another_program_that_holds_it_stops_it(path: Path) -> None:
    before = dump(path)
    with held(path), pytest.raises(LightboxError, match="is open in another program"):
        encrypt(path, CAT)
    assert dump(path) == before


def test_a_full_disk_leaves_the_worklist_as_it_was(path: Path) -> None:
    told = """
import resource, sys
from pathlib import Path
from lightbox_edge.errors import LightboxError
from lightbox_edge.worklist_files.encrypting import encrypt
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))
try:
    encrypt(Path(sys.argv[1]), "nine lives of a cat")
except LightboxError as error:
    print(error)
"""
    before = dump(path)
    done = subprocess.run([sys.executable, "-c", told, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("it is as it was.\n")
    assert dump(path) == before
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_without_sqlcipher_the_sentence_names_the_extra(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sqlcipher3", None)
    with pytest.raises(LightboxError, match=r"pip install 'lightbox-triage\[encryption\]'"):
        encrypt(path, CAT)
    assert not needs_passphrase(path)
