"""Signatures: ours and the minisign tool's verify each other; a changed file is told from an unknown key."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightbox_edge.errors import LightboxError, SignatureError, Untrusted
from lightbox_edge.trust import (
    PublicKey,
    SecretKey,
    make_key_pair,
    open_secret_key,
    sign,
    trusted_keys,
    verify,
)
from lightbox_edge.trust.signature_file import sign_beside, signature_path, verify_beside
from lightbox_edge.trust.signing import MOST_BYTES

CONTENT = b"what is signed\n"
MINISIGN = shutil.which("minisign")
needs_the_tool = pytest.mark.skipif(MINISIGN is None, reason="the minisign tool is not installed")


def make(folder: Path, name: str, passphrase: str | None = None) -> SecretKey:
    """A key pair in a folder."""
    secret, public = make_key_pair(passphrase, name)
    (folder / f"{name}.key").write_bytes(secret)
    (folder / f"{name}.pub").write_bytes(public)
    return open_secret_key(folder / f"{name}.key", lambda: passphrase or "")


def minisign(*arguments: object, said: str = "") -> subprocess.CompletedProcess[str]:
    assert MINISIGN
    return subprocess.run(
        [MINISIGN, *map(str, arguments)], input=said, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="module")
def secret(place: Path) -> SecretKey:
    return make(place, "ours")


@pytest.fixture
def own(secret: SecretKey) -> tuple[PublicKey, ...]:
    return (secret.public,)


def test_what_was_signed_verifies(secret: SecretKey, own: tuple[PublicKey, ...]) -> None:
    signed = verify(CONTENT, sign(secret, CONTENT, "bundle a, version 1"), own)
    assert (signed.key_id, signed.trusted_comment) == (secret.public.key_id, "bundle a, version 1")


@needs_the_tool
@pytest.mark.parametrize("passphrase", [None, "correct horse"])
def test_the_minisign_tool_verifies_ours_and_signs_with_our_keys(
    tmp_path: Path, passphrase: str | None
) -> None:
    key = make(tmp_path, "made", passphrase)
    file, public = tmp_path / "file", tmp_path / "made.pub"
    file.write_bytes(CONTENT)
    sign_beside(file, CONTENT, key, "a comment")
    told = minisign("-V", "-H", "-p", public, "-m", file)
    assert told.returncode == 0, told.stderr
    assert "Trusted comment: a comment" in told.stdout
    assert key.public.key_id in public.read_text()
    minisign("-S", "-s", tmp_path / "made.key", "-m", file, "-t", "by the tool", said=f"{passphrase}\n")
    assert verify_beside(file, CONTENT, (key.public,)).trusted_comment == "by the tool"
    file.write_bytes(CONTENT + b"!")
    assert minisign("-V", "-p", public, "-m", file).returncode != 0


@needs_the_tool
def test_we_verify_what_the_minisign_tool_made(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(CONTENT)
    assert minisign("-G", "-W", "-p", tmp_path / "t.pub", "-s", tmp_path / "t.key").returncode == 0
    assert minisign("-S", "-s", tmp_path / "t.key", "-m", file).returncode == 0
    keys = trusted_keys(tmp_path)
    assert keys[0].key_id in keys[0].comment  # as the tool shows it
    assert "file:file hashed" in verify_beside(file, CONTENT, keys).trusted_comment
    again = open_secret_key(tmp_path / "t.key", lambda: "")
    assert verify(b"x", sign(again, b"x", ""), keys).key_id == keys[0].key_id


@needs_the_tool
def test_a_signature_that_is_not_prehashed_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(CONTENT)
    minisign("-G", "-W", "-p", tmp_path / "t.pub", "-s", tmp_path / "t.key")
    minisign("-S", "-l", "-s", tmp_path / "t.key", "-m", file)
    with pytest.raises(SignatureError, match="not in minisign's prehashed format"):
        verify_beside(file, CONTENT, trusted_keys(tmp_path))


@given(st.data())
def test_no_byte_of_a_signature_or_its_content_can_change(secret: SecretKey, data: st.DataObject) -> None:
    """The untrusted comment apart, which is what it says."""
    comment, signature = sign(secret, CONTENT, "bundle a").encode().split(b"\n", 1)
    both = CONTENT + signature[:-1]  # its last newline may be missing
    place = data.draw(st.integers(0, len(both) - 1))
    changed = bytearray(both)
    changed[place] ^= data.draw(st.integers(1, 255))
    content, rest = bytes(changed[: len(CONTENT)]), bytes(changed[len(CONTENT) :])
    with pytest.raises((SignatureError, Untrusted)):
        verify(content, (comment + b"\n" + rest).decode("latin-1"), (secret.public,))


def test_an_unknown_key_is_another_matter_than_a_changed_file(
    tmp_path: Path, secret: SecretKey, own: tuple[PublicKey, ...]
) -> None:
    other = make(tmp_path, "other")
    signature = sign(other, CONTENT, "x")
    with pytest.raises(Untrusted, match=f"signed by the key {other.public.key_id}, which is not trusted"):
        verify(CONTENT, signature, own)
    with pytest.raises(SignatureError, match="was changed or damaged"):
        verify(b"other content", signature, (*own, other.public))


def test_a_key_with_the_id_of_another_proves_nothing(tmp_path: Path, secret: SecretKey) -> None:
    """Ids are chosen by whoever makes a key; only the key itself counts."""
    other = make(tmp_path, "other")
    twin = PublicKey(secret.public.key_id, other.public.base64)
    with pytest.raises(SignatureError):
        verify(CONTENT, sign(secret, CONTENT, "x"), (twin,))


def test_no_signature_and_a_huge_one(tmp_path: Path, own: tuple[PublicKey, ...]) -> None:
    file = tmp_path / "file"
    with pytest.raises(Untrusted, match=r"is not signed, so nobody answers for it: get a signed one\.$"):
        verify_beside(file, CONTENT, own)
    with signature_path(file).open("wb") as made:
        made.truncate(MOST_BYTES + 1)
    with pytest.raises(SignatureError, match=f"larger than {MOST_BYTES} bytes"):
        verify_beside(file, CONTENT, own)


def test_a_wrong_passphrase_and_what_is_no_key(tmp_path: Path) -> None:
    make(tmp_path, "made", "right")
    with pytest.raises(LightboxError, match="not the passphrase of the secret key"):
        open_secret_key(tmp_path / "made.key", lambda: "wrong")
    for content in (
        b"",
        b"untrusted comment: x\nAAAA\n",
        (tmp_path / "made.pub").read_bytes(),
        b"\xff" * 300,
    ):
        (tmp_path / "none.key").write_bytes(content)
        with pytest.raises(LightboxError, match="is no secret key in minisign's format"):
            open_secret_key(tmp_path / "none.key", lambda: "")
    with pytest.raises(LightboxError, match="cannot be read"):
        open_secret_key(tmp_path / "nowhere.key", lambda: "")


@pytest.mark.parametrize("comment", ["é", "two\nlines", "\x1b[31m"])
def test_comments_are_plain(tmp_path: Path, secret: SecretKey, comment: str) -> None:
    with pytest.raises(LightboxError, match="use ASCII"):
        make_key_pair(None, comment)
    with pytest.raises(LightboxError, match="cannot be signed"):
        sign(secret, CONTENT, comment)
