"""Keys and packs in age's format: the tool itself opens what Lightbox wrote, and the other way round."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightbox_edge import LightboxError
from lightbox_edge.referring.age_keys import decrypt, encrypt, is_encrypted, make_key, read_recipients

needs_age = pytest.mark.skipif(shutil.which("age") is None, reason="the tool age is not installed")


@pytest.fixture
def key(tmp_path: Path) -> Path:
    make_key(tmp_path / "key")
    return tmp_path / "key"


def test_a_pair_is_made_and_the_secret_half_is_the_owners_alone(tmp_path: Path) -> None:
    word = make_key(tmp_path / "key")
    assert read_recipients(word) == read_recipients(str(tmp_path / "key.pub")) == (word,)
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert "AGE-SECRET-KEY" not in (tmp_path / "key.pub").read_text()


def test_a_key_is_never_overwritten(key: Path) -> None:
    before = key.read_bytes()
    with pytest.raises(LightboxError, match="never overwritten"):
        make_key(key)
    key.unlink()
    with pytest.raises(LightboxError, match=r"key\.pub is there already"):
        make_key(key)
    assert not key.exists()
    assert before


@given(content=st.binary(max_size=200_000))
@settings(max_examples=20, deadline=None)
def test_what_is_encrypted_comes_back(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    key = tmp_path_factory.mktemp("keys") / "key"
    sealed = encrypt(content, [make_key(key)])
    assert is_encrypted(sealed)
    assert decrypt(sealed, Path("pack"), key) == content


def test_another_key_opens_nothing(key: Path, tmp_path: Path) -> None:
    sealed = encrypt(b"film", [make_key(tmp_path / "other")])
    with pytest.raises(LightboxError, match="another key"):
        decrypt(sealed, Path("pack"), key)
    with pytest.raises(LightboxError, match="damaged"):
        decrypt(sealed[:-1], Path("pack"), tmp_path / "other")


@pytest.mark.parametrize(
    "content", ["", "# nothing\n", "age1short", "AGE-SECRET-KEY-1", "ssh-rsa AAAA", "\udcff"]
)
def test_what_is_no_key_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "no key"
    file.write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(LightboxError, match=r"no public key|holds no"):
        read_recipients(str(file))
    with pytest.raises(LightboxError, match="holds no secret key"):
        decrypt(b"", Path("pack"), file)


def test_a_word_with_a_slip_of_the_pen_is_refused(key: Path) -> None:
    word = read_recipients(f"{key}.pub")[0]
    with pytest.raises(LightboxError, match="no public key"):
        read_recipients(word[:-1] + ("q" if word[-1] != "q" else "p"))
    with pytest.raises(LightboxError, match="cannot be read"):
        read_recipients("age1")


@needs_age
def test_age_opens_what_lightbox_wrote(key: Path) -> None:
    sealed = encrypt(b"a film", read_recipients(f"{key}.pub"))
    done = subprocess.run(["age", "-d", "-i", str(key)], input=sealed, capture_output=True, check=True)
    assert done.stdout == b"a film"


@needs_age
@pytest.mark.parametrize("armour", [[], ["-a"]])
def test_lightbox_opens_what_age_wrote(tmp_path: Path, armour: list[str]) -> None:
    made = subprocess.run(
        ["age-keygen", "-o", str(tmp_path / "key")], capture_output=True, text=True, check=True
    )
    word = made.stderr.rsplit(" ", 1)[-1].strip()
    sealed = subprocess.run(
        ["age", *armour, "-r", word], input=b"answers", capture_output=True, check=True
    ).stdout
    assert is_encrypted(sealed)
    assert decrypt(sealed, Path("pack"), tmp_path / "key") == b"answers"
