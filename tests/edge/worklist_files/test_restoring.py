"""A damaged worklist is set aside and restored from its last good copy; a sound one is left alone."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from lightbox_edge import LightboxError, Review, Worklist
from lightbox_edge.decisions import verify
from lightbox_edge.worklist_files import Key, finding_damage, needs_passphrase
from lightbox_edge.worklist_files.beside import before_encryption, last_good
from lightbox_edge.worklist_files.checking import Damage, examine
from lightbox_edge.worklist_files.encrypting import encrypt
from lightbox_edge.worklist_files.keeping import keep_copy
from lightbox_edge.worklist_files.keys import key_for
from lightbox_edge.worklist_files.restoring import mend
from lightbox_edge.worklist_tables import newest_version
from tests.faults.disks import failing
from tests.processes import held
from tests.reviewed_films import row

PAGE = 4096
Damages = Callable[[Path], None]


def zero(path: Path, first: int, count: int = 1) -> None:
    with path.open("r+b") as file:
        file.seek(first * PAGE)
        file.write(bytes(count * PAGE))


def without_a_table(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE reader")


def swept(path: Path) -> None:
    """Zeros all through the file but for its first two pages, as a sick stick leaves them."""
    zero(path, 2, path.stat().st_size // PAGE - 2)


def a_text(path: Path) -> None:
    path.write_text("Patient 7: look again.\n" * 500)


def noise(path: Path) -> None:
    path.write_bytes(Random(7).randbytes(path.stat().st_size))  # noqa: S311  # what lies on a used disk


def with_version(number: int) -> Damages:
    """A bit of the header's bytes 60 to 63 was another."""

    def write(path: Path) -> None:
        with path.open("r+b") as file:
            file.seek(60)
            file.write(number.to_bytes(4, "big", signed=True))

    return write


DAMAGES: dict[str, Damages] = {
    "no database": a_text,
    "empty": lambda path: os.truncate(path, 0),
    "gone": lambda path: path.unlink(),
    "cut short": lambda path: os.truncate(path, path.stat().st_size // 2),
    "its end cut off by a byte": lambda path: os.truncate(path, path.stat().st_size - 1),
    "first page of zeros": lambda path: zero(path, 0),
    "pages of zeros": swept,
    "no table": without_a_table,
}
OF_PLAIN: dict[str, Damages] = {
    "noise": noise,
    "a newer version": with_version(newest_version() + 64),
    "an older version": with_version(newest_version() - 2),
    "a negative version": with_version(-(1 << 31)),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("passphrase", ["", "nine lives of a cat"], ids=["plain", "encrypted"])
def test_a_damaged_one_is_set_aside_and_restored(path: Path, damage: Damages, passphrase: str) -> None:
    if passphrase and damage is without_a_table:
        pytest.skip("who drops a table has the key")
    key = None
    if passphrase:
        encrypt(path, passphrase)
    else:
        keep_copy(path, None)
    damage(path)
    damaged = path.read_bytes() if path.exists() else None
    if passphrase:
        key = key_for(path, passphrase)
    restored = mend(path, key, thoroughly=True)
    assert restored is not None
    assert (restored.rows, restored.decisions) == (5, 3)
    told = " ".join(restored.sentences)
    assert "5 rows, 3 decisions" in told
    assert "What was screened or decided after that is missing" in told
    if damaged is None:
        assert restored.aside is None
    else:
        assert restored.aside is not None
        assert re.search(r"clinic\.worklist\.damaged-\d{4}-\d\d-\d\d-\d{6}$", str(restored.aside))
        assert restored.aside.read_bytes() == damaged
    assert path.stat().st_mode & 0o777 == 0o600
    with Worklist(path, key=key) as worklist:
        assert len(list(worklist.results())) == 5
        assert verify(worklist).entries == 3
    assert mend(path, key, thoroughly=True) is None


@pytest.mark.parametrize("damage", OF_PLAIN.values(), ids=OF_PLAIN)
def test_beside_a_plain_copy_it_is_neither_encrypted_nor_of_another_version(
    path: Path, damage: Damages
) -> None:
    keep_copy(path, None)
    damage(path)
    damaged = path.read_bytes()
    assert not needs_passphrase(path)
    restored = mend(path)
    assert restored is not None
    assert restored.aside is not None
    assert restored.aside.read_bytes() == damaged
    with Worklist(path) as worklist:
        assert verify(worklist).entries == 3


def test_what_a_newer_lightbox_wrote_is_no_damage(path: Path) -> None:
    """Its tables are others; the program then says that it is too old."""
    keep_copy(path, None)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE of_tomorrow (number)")
        connection.execute(f"PRAGMA user_version = {newest_version() + 1}")
    assert mend(path, thoroughly=True) is None


def test_an_encrypting_that_was_cut_off_is_no_damage(path: Path) -> None:
    """The plain copy's turn has not come yet: the passphrase is asked for, and the next call ends it."""
    keep_copy(path, None)
    plain = last_good(path).read_bytes()
    encrypt(path, "nine lives of a cat")
    last_good(path).write_bytes(plain)
    before_encryption(path).write_bytes(plain)
    assert needs_passphrase(path)
    encrypt(path, "nine lives of a cat")
    assert not last_good(path).exists()
    assert not before_encryption(path).exists()
    assert needs_passphrase(path)


def test_a_page_that_is_not_given_once_is_no_damage(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite tells a read error as damage; at the second look the disk gives everything."""
    keep_copy(path, None)
    found = [Damage("database disk image is malformed")]
    monkeypatch.setattr(
        finding_damage,
        "examine",
        lambda *given, **options: found.pop() if found else examine(*given, **options),
    )
    before = path.read_bytes()
    assert mend(path, thoroughly=True) is None
    assert path.read_bytes() == before


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace makes the disk fail")
@pytest.mark.parametrize("when", ["1+", "2+", "3+", "6+"])
def test_a_disk_that_gives_nothing_is_a_sentence_and_all_stays(path: Path, when: str) -> None:
    keep_copy(path, None)
    os.utime(last_good(path), (0, 0))  # so that every page is looked at
    before = path.read_bytes()
    opening = (
        "import sys; from pathlib import Path; from lightbox_edge import Worklist;"
        "from lightbox_edge.worklist_files.restoring import mend;"
        "mend(Path(sys.argv[1])); Worklist(sys.argv[1]); print(1)"
    )
    call = failing("pread64", "EIO", when, [path], [sys.executable, "-c", opening, str(path)])
    ended = subprocess.run(call, capture_output=True, encoding="utf-8", check=False)
    assert "lightbox_edge.errors.LightboxError: The " in ended.stderr.splitlines()[-1]
    assert path.read_bytes() == before
    assert not list(path.parent.glob("*.damaged-*"))


@pytest.mark.parametrize("damage", ["no database", "cut short", "pages of zeros"])
def test_without_a_copy_it_is_a_sentence_and_the_file_is_untouched(path: Path, damage: str) -> None:
    DAMAGES[damage](path)
    before = path.read_bytes()
    with pytest.raises(LightboxError) as caught:
        mend(path)
    assert str(caught.value).startswith(f"The worklist {path} is damaged (")
    assert "no good copy" in str(caught.value)
    assert path.read_bytes() == before


def test_a_damaged_copy_is_no_copy(path: Path) -> None:
    keep_copy(path, None)
    swept(last_good(path))
    swept(path)
    with pytest.raises(LightboxError, match="no good copy"):
        mend(path, thoroughly=True)


def test_a_log_that_a_power_cut_left_is_no_damage(path: Path, tmp_path: Path) -> None:
    """The file and its log are copied as they lie while the program runs: what a cut leaves."""
    keep_copy(path, None)
    cut = tmp_path / "cut"
    cut.mkdir()
    with Worklist(path) as worklist:
        review = Review(worklist)
        review.sign_in("Amina", "2468")
        review.decide(row(worklist, 3), "refer")
        for file in path.parent.glob("clinic.worklist*"):
            shutil.copy(file, cut)
    (cut / "clinic.worklist-shm").unlink()
    assert (cut / "clinic.worklist-wal").stat().st_size > 0
    before = (cut / path.name).read_bytes()
    assert mend(cut / path.name, thoroughly=True) is None
    assert (cut / path.name).read_bytes() == before
    with Worklist(cut / path.name) as worklist:
        assert verify(worklist).entries == 4


def test_decisions_that_only_the_damaged_file_gives_are_named(path: Path) -> None:
    keep_copy(path, None)
    with Worklist(path) as worklist:
        review = Review(worklist)
        review.sign_in("Amina", "2468")
        review.decide(row(worklist, 3), "refer")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'picture'").fetchone()[0]
    zero(path, root - 1)
    restored = mend(path)  # it is newer than its copy, so every page is looked at
    assert restored is not None
    assert (restored.decisions, restored.readable) == (3, 4)
    assert f"Decisions up to number 4 can still be read in {restored.aside}" in restored.sentences[-1]


def test_one_that_another_program_holds_is_left_alone(path: Path) -> None:
    keep_copy(path, None)
    with held(path):
        swept(path)
        with pytest.raises(LightboxError, match="is open in another program"):
            mend(path, thoroughly=True)
    assert mend(path, thoroughly=True) is not None


def test_a_new_one_needs_nothing(tmp_path: Path) -> None:
    assert mend(tmp_path / "new.worklist") is None
    (tmp_path / "empty.worklist").touch()
    assert mend(tmp_path / "empty.worklist") is None


def test_a_wrong_passphrase_is_no_damage(path: Path) -> None:
    encrypt(path, "nine lives of a cat")
    before = path.read_bytes()
    with pytest.raises(LightboxError, match="does not open"):
        key_for(path, "nine lives of a dog")
    assert path.read_bytes() == before
    assert repr(Key.derive("nine lives of a cat", b"0" * 16)) == "Key()"
