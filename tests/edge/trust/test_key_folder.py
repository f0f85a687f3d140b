"""The folder of trusted keys: what is in it counts, and what is no key is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from lightbox_edge.errors import LightboxError
from lightbox_edge.home import keys_folder
from lightbox_edge.trust import add_key, find_key, make_key_pair, remove_key, trusted_keys


def public(folder: Path, name: str) -> Path:
    path = folder / f"{name}.pub"
    path.write_bytes(make_key_pair(None, name)[1])
    return path


def test_keys_come_and_go(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    assert trusted_keys(folder) == ()
    first, second = add_key(public(tmp_path, "b"), folder), add_key(public(tmp_path, "a"), folder)
    assert trusted_keys(folder) == (second, first)
    assert (first.file, first.name) == (folder / "b.pub", "b")
    assert (
        find_key("b", folder) == find_key("b.pub", folder) == find_key(first.key_id.lower(), folder) == first
    )
    assert remove_key("b", folder) == first
    assert trusted_keys(folder) == (second,)
    with pytest.raises(
        LightboxError, match=r"^No key in .* has the id or name 'b': see lightbox keys list\.$"
    ):
        remove_key("b", folder)


def test_a_key_is_added_once_and_replaces_no_other(tmp_path: Path) -> None:
    folder, other = tmp_path / "keys", tmp_path / "other"
    other.mkdir()
    file = public(tmp_path, "clinic")
    add_key(file, folder)
    with pytest.raises(LightboxError, match="is trusted already"):
        add_key(file, folder)
    with pytest.raises(LightboxError, match="is another key: rename"):
        add_key(public(other, "clinic"), folder)


def test_what_is_no_key_is_named(tmp_path: Path) -> None:
    secret = make_key_pair(None, "x")[0]
    for content in (secret, b"", b"untrusted comment: x\nRWQ=\n", b"x" * 5000, b"\xff\xfe\n\n"):
        (tmp_path / "bad.pub").write_bytes(content)
        with pytest.raises(LightboxError, match=r"bad\.pub"):
            trusted_keys(tmp_path)


def test_a_comment_cannot_command_a_terminal(tmp_path: Path) -> None:
    path = public(tmp_path, "x")
    path.write_bytes(path.read_bytes().replace(b": x ", ": \x1b]0;\x07é ".encode()))
    comment = trusted_keys(tmp_path)[0].comment
    assert comment.isprintable()
    assert "é" in comment


def test_what_a_mac_leaves_on_a_stick_is_no_key(tmp_path: Path) -> None:
    public(tmp_path, "x")
    (tmp_path / "._x.pub").write_bytes(b"\0" * 4096)
    assert len(trusted_keys(tmp_path)) == 1


def test_the_folder_is_the_programs_own_unless_another_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "lightbox" in [key.name for key in trusted_keys()]  # the tests' folder holds the project's key
    monkeypatch.delenv("LIGHTBOX_KEYS")
    assert keys_folder().parts[-3:] == ("share", "lightbox", "keys")
