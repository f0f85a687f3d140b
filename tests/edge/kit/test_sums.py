"""The list of sums: what is written is read, by sha256sum too, and nothing in it leads out of the kit."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightbox_edge.errors import KitError
from lightbox_edge.kit.sums import format_sums, parse_sums
from tests.edge.kit.conftest import Programme

HASH = hashlib.sha256(b"").hexdigest()
parts = st.text("abcXYZ019_-+ .", min_size=1, max_size=8).filter(lambda part: part.strip(" .") == part)
paths = st.lists(parts, min_size=1, max_size=4).map("/".join)
hashes = st.binary(max_size=8).map(lambda content: hashlib.sha256(content).hexdigest())


@given(
    st.dictionaries(paths, hashes, min_size=1).filter(lambda sums: len({*map(str.lower, sums)}) == len(sums))
)
def test_what_is_written_is_read(sums: dict[str, str]) -> None:
    assert parse_sums(format_sums(sums), "SHA256SUMS") == sums


@given(st.binary(max_size=200))
def test_anything_else_is_a_sentence(content: bytes) -> None:
    with pytest.raises(KitError, match=r"^SHA256SUMS .*: get the kit again\.$"):
        parse_sums(content, "SHA256SUMS")


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs sha256sum")
def test_sha256sum_agrees(programme: Programme) -> None:
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"],
        cwd=programme.old,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.parametrize(
    "path",
    [
        "../outside",
        "/etc/passwd",
        "a/../../b",
        "a//b",
        "./a",
        "a\\b",
        "C:a",
        "nul",
        "a/COM1.txt",
        "ends.",
        "ends ",
        "a\tb",
        "caf\N{LATIN SMALL LETTER E WITH ACUTE}",
        "keys/other.pub",
        "SHA256SUMS",
        "SHA256SUMS.minisig",
        "x" * 250,
    ],
)
def test_a_path_that_is_no_file_of_a_kit_is_refused(path: str) -> None:
    with pytest.raises(KitError):
        parse_sums(f"{HASH}  {path}\n".encode(), "SHA256SUMS")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (f"{HASH}  a\n{HASH}  A\n", "double or not in order"),
        (f"{HASH}  a\n{HASH}  a\n", "double or not in order"),
        (f"{HASH}  b\n{HASH}  a\n", "double or not in order"),
        (f"{HASH}  a", "does not end as it should"),
        ("", "does not end as it should"),
        (f"{HASH} *a\n", "line 1 is no hash and path"),
        (f"{HASH}  a\n{HASH.upper()}  b\n", "line 2 is no hash and path"),
    ],
)
def test_sums_are_in_one_form_alone(lines: str, said: str) -> None:
    with pytest.raises(KitError, match=said):
        parse_sums(lines.encode(), "SHA256SUMS")


def test_two_kits_differ_in_what_is_in_them(programme: Programme) -> None:
    old, new = (
        parse_sums((kit / "SHA256SUMS").read_bytes(), "sums") for kit in (programme.old, programme.new)
    )
    assert old.keys() == new.keys()
    assert {path for path in old if old[path] != new[path]} == {
        "KIT.json",
        "program/lightbox",
        "program/_internal/library.so",
    }
    assert all(
        hashlib.sha256(Path(programme.old / path).read_bytes()).hexdigest() == old[path] for path in old
    )
