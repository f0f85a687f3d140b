"""``lightbox keys`` and ``lightbox bundle sign``: a key is made, given away, trusted, and trusted no more."""

from __future__ import annotations

import getpass
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from lightbox_door.main import main
from lightbox_edge.bundle import open_bundle
from lightbox_edge.trust import trusted_keys
from tests import tiny

Told = pytest.CaptureFixture[str]


@pytest.fixture
def unsigned(tmp_path: Path, film: tiny.Film) -> Path:
    """A whole bundle that nobody has signed yet."""
    films = tiny.write_films(tmp_path / "films", film, 5)
    folder = tiny.write_bundle(tmp_path / "tiny", films, segmenter=False).folder
    (folder / "manifest.json.minisig").unlink()
    return folder


def types(monkeypatch: pytest.MonkeyPatch, words: Sequence[str]) -> None:
    """What is typed at the passphrase prompts, in turn."""
    waiting = iter(words)
    monkeypatch.setattr(getpass, "getpass", lambda prompt: next(waiting))


def test_from_a_new_key_to_a_bundle_that_runs_no_more(tmp_path: Path, unsigned: Path, capsys: Told) -> None:
    key, keys = tmp_path / "ministry.key", tmp_path / "keys"
    assert main(["keys", "make", str(key), "--no-passphrase", "--comment", "ministry"]) == 0
    told = capsys.readouterr()
    assert "whoever gets the file signs in your name" in told.err
    assert "--keys" in told.err or f"give away {tmp_path / 'ministry.pub'}" in told.err
    assert main(["keys", "add", str(tmp_path / "ministry.pub"), "--keys", str(keys)]) == 0
    (trusted,) = trusted_keys(keys)
    assert told.out.startswith(trusted.key_id)
    assert main(["bundle", "sign", str(unsigned), "--key", str(key)]) == 0
    signed = open_bundle(unsigned, (trusted,)).signed
    assert signed
    assert signed.trusted_comment.startswith("bundle tiny, version 1, signed 2")
    capsys.readouterr()
    assert main(["keys", "list", "--keys", str(keys)]) == 0
    assert (
        capsys.readouterr().out == f"{trusted.key_id}  {keys / 'ministry.pub'}  ministry {trusted.key_id}\n"
    )
    assert main(["keys", "show", "ministry", "--keys", str(keys)]) == 0
    assert f"key      {trusted.base64}\n" in capsys.readouterr().out
    assert main(["keys", "remove", trusted.key_id, "--keys", str(keys)]) == 0
    assert "bundles that it signed run here only with --unsigned" in capsys.readouterr().err
    assert trusted_keys(keys) == ()
    assert open_bundle(unsigned, ()).signed is None


def test_a_passphrase_is_typed_twice_and_asked_for(
    tmp_path: Path, unsigned: Path, monkeypatch: pytest.MonkeyPatch, capsys: Told
) -> None:
    key = tmp_path / "a.key"
    for words, why in ((["x", "y"], "differ"), ([""], "--no-passphrase")):
        types(monkeypatch, words)
        assert main(["keys", "make", str(key)]) == 2
        assert why in capsys.readouterr().err
        assert not key.exists()
    types(monkeypatch, ["x", "x", "wrong", "x"])
    assert main(["keys", "make", str(key)]) == 0
    assert main(["bundle", "sign", str(unsigned), "--key", str(key)]) == 2
    assert "not the passphrase" in capsys.readouterr().err
    assert main(["bundle", "sign", str(unsigned), "--key", str(key)]) == 0


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_the_secret_key_is_its_owners_alone(tmp_path: Path) -> None:
    assert main(["keys", "make", str(tmp_path / "a.key"), "--no-passphrase"]) == 0
    assert (tmp_path / "a.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "a.pub").stat().st_mode & 0o777 == 0o644


def test_no_secret_key_travels_with_a_kit_or_replaces_one(tmp_path: Path, capsys: Told) -> None:
    kit = tmp_path / "kit"
    (kit / "keys").mkdir(parents=True)
    (kit / "KIT.json").touch()
    own = Path(os.environ["LIGHTBOX_KEYS"])
    for folder in (kit, kit / "keys", own):
        assert main(["keys", "make", str(folder / "a.key"), "--no-passphrase"]) == 2
        assert "travels with a kit" in capsys.readouterr().err
        assert not (folder / "a.key").exists()
    assert main(["keys", "make", str(tmp_path / "a.key"), "--no-passphrase"]) == 0
    before = (tmp_path / "a.key").read_bytes()
    for name in ("a.key", "a.pub"):
        assert main(["keys", "make", str(tmp_path / name), "--no-passphrase"]) == 2
    assert (tmp_path / "a.key").read_bytes() == before


def test_a_damaged_bundle_is_not_signed(tmp_path: Path, unsigned: Path, capsys: Told) -> None:
    assert main(["keys", "make", str(tmp_path / "a.key"), "--no-passphrase"]) == 0
    (unsigned / "tokenizer.json").write_bytes(b"[]")
    assert main(["bundle", "sign", str(unsigned), "--key", str(tmp_path / "a.key")]) == 3
    assert "copy the bundle again" in capsys.readouterr().err
    assert not (unsigned / "manifest.json.minisig").exists()
