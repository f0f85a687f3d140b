"""Verifying finds whatever was done to a kit, names each thing, and says nothing of a kit that is whole."""

from __future__ import annotations

import base64
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lightbox_edge.errors import LightboxError
from lightbox_edge.kit import Checked, check, seal_kit
from lightbox_edge.trust import PublicKey, trusted_keys
from tests.edge.kit.conftest import Programme
from tests.made_kits import BUNDLE, OLD, Quiet, lay_out, make_key, make_kit

SEALED = sorted(
    [
        "KIT.json",
        "SHA256SUMS",
        "SHA256SUMS.minisig",
        "program/lightbox",
        "program/_internal/library.so",
        "samples/film.png",
        "guide/en.html",
        "start-linux.sh",
        "start-windows.bat",
        "LICENSE",
        f"{BUNDLE}/manifest.json",
        f"{BUNDLE}/manifest.json.minisig",
        f"{BUNDLE}/int8_avx2/image_encoder.onnx",
        f"{BUNDLE}/tokenizer.json",
        f"{BUNDLE}/MODEL_CARD.md",
    ]
)
REGIONS = 4  # parts of a file, of each of which one byte is changed


@pytest.fixture
def kit(programme: Programme, tmp_path: Path) -> Path:
    return shutil.copytree(programme.old, tmp_path / "kit")


def checked(kit: Path, programme: Programme, keys: tuple[PublicKey, ...] | None = None) -> Checked:
    return check(kit, programme.trusted if keys is None else keys, Quiet())


def named(found: Checked) -> set[str]:
    """The sealed files that some problem names."""
    words = " ".join(found.problems).replace(":", " ").split()
    return {path for path in SEALED for word in words if word == path or word.endswith(f"/{path}")}


def test_a_whole_kit_has_no_problem_and_says_what_it_is(kit: Path, programme: Programme) -> None:
    found = checked(kit, programme)
    assert found.problems == ()
    assert found.record
    assert found.signed
    assert (found.record.version, found.record.name) == (OLD, "lightbox")
    assert found.signed.key_id == programme.trusted[0].key_id
    assert found.signed.trusted_comment.startswith(f"kit lightbox, version {OLD}, ")
    assert found.own == ("keys/programme.pub",)
    assert found.files == sum(1 for file in kit.rglob("*") if file.is_file()) - 1
    assert set(SEALED) <= {file.relative_to(kit).as_posix() for file in kit.rglob("*")}


@pytest.mark.parametrize("path", SEALED)
def test_one_changed_byte_anywhere_is_found(kit: Path, programme: Programme, path: str) -> None:
    """A byte in each region of the file, each changed by itself."""
    whole = (kit / path).read_bytes()
    for region in range(REGIONS):
        place = (len(whole) - 1) * region // (REGIONS - 1)
        changed = bytearray(whole)
        changed[place] ^= 0x20 if chr(changed[place]).isalpha() else 0x01
        (kit / path).write_bytes(changed)
        assert path.removesuffix(".minisig") in {
            one.removesuffix(".minisig") for one in named(checked(kit, programme))
        }, (path, place)
    (kit / path).write_bytes(whole)
    assert checked(kit, programme).problems == ()


def test_every_byte_of_the_signature_counts(kit: Path, programme: Programme) -> None:
    """But for its untrusted comment, the first line, and another spelling of the same signature in Base64."""
    path = kit / "SHA256SUMS.minisig"
    whole = path.read_bytes()
    passed = []
    for place in range(whole.index(b"\n"), len(whole) - 1):
        changed = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        path.write_bytes(changed)
        if not named(checked(kit, programme)):
            passed.append(base64.b64decode(changed.splitlines()[1]))
    assert set(passed) <= {base64.b64decode(whole.splitlines()[1])}


@pytest.mark.parametrize("path", SEALED)
@pytest.mark.parametrize("what", ["removed", "truncated", "emptied", "made longer"])
def test_a_file_that_is_not_whole_is_named(kit: Path, programme: Programme, path: str, what: str) -> None:
    whole = (kit / path).read_bytes()
    if what == "removed":
        (kit / path).unlink()
    else:
        parts = {"truncated": whole[:-2], "emptied": b"", "made longer": whole + b"\n\n"}
        (kit / path).write_bytes(parts[what])
    found = checked(kit, programme)
    assert path.removesuffix(".minisig") in {one.removesuffix(".minisig") for one in named(found)}


def test_all_is_named_and_not_only_the_first(kit: Path, programme: Programme) -> None:
    (kit / "program" / "lightbox").write_text("#!/bin/sh\n")
    (kit / "samples" / "film.png").unlink()
    (kit / "program" / "library.so").write_text("foreign")
    (kit / "keys" / "evil.so").write_text("foreign")
    (kit / "LICENSE").unlink()
    (kit / "LICENSE").symlink_to(kit / "guide" / "en.html")
    assert set(checked(kit, programme).problems) == {
        "program/lightbox was changed.",
        "samples/film.png is missing.",
        "program/library.so is not of this kit.",
        "keys/evil.so is not of this kit.",
        "LICENSE is missing.",
        "LICENSE is a link or no plain file, which a kit never holds.",
    }


def test_two_files_in_each_others_place_are_both_named(kit: Path, programme: Programme) -> None:
    one, other = kit / "guide" / "en.html", kit / BUNDLE / "tokenizer.json"
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)
    assert named(checked(kit, programme)) == {"guide/en.html", f"{BUNDLE}/tokenizer.json"}


def test_a_name_in_other_case_is_another_file(kit: Path, programme: Programme) -> None:
    (kit / "LICENSE").rename(kit / "license")
    if (kit / "LICENSE").exists():
        pytest.skip("this disk does not tell case apart")
    assert checked(kit, programme).problems == ("LICENSE is missing.", "license is not of this kit.")


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _folder_link(path: Path) -> None:
    path.symlink_to(path.parent / "guide", target_is_directory=True)


def _loop(path: Path) -> None:
    path.symlink_to(path)


def _huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(5 << 30)  # no byte of it is on the disk


@pytest.mark.skipif(os.name != "posix", reason="needs links and pipes")
@pytest.mark.parametrize("make", [_pipe, _folder_link, _loop, _huge])
def test_what_a_kit_never_holds_is_named_and_not_opened(
    kit: Path, programme: Programme, make: Callable[[Path], None]
) -> None:
    make(kit / "strange\n\x1b[2Jname")
    (problem,) = checked(kit, programme).problems
    assert problem.startswith("strange")
    assert problem.isprintable()


def test_what_systems_put_on_a_drive_is_no_part_of_a_kit(kit: Path, programme: Programme) -> None:
    (kit / "System Volume Information").mkdir()
    (kit / "System Volume Information" / "WPSettings.dat").write_bytes(b"x")
    (kit / ".Trash-1000").mkdir()
    assert checked(kit, programme).problems == ()


def test_the_users_own_files_are_told_and_not_refused(kit: Path, programme: Programme) -> None:
    make_key(kit / "keys", "clinic")
    (kit / "keys" / "clinic.key").unlink()
    (kit / f"{BUNDLE}.site.json").write_text("{}")
    found = checked(kit, programme)
    assert found.problems == ()
    assert found.own == (f"{BUNDLE}.site.json", "keys/clinic.pub", "keys/programme.pub")


def test_a_kit_that_a_stranger_sealed_again_is_refused(
    kit: Path, programme: Programme, tmp_path: Path
) -> None:
    """The stranger changes the program and seals it with a key of his, which he puts beside the kit's."""
    stranger = make_key(tmp_path / "stranger", "stranger")
    (kit / "program" / "lightbox").write_text("#!/bin/sh\necho stranger\n")
    seal_kit(kit, "2026.12.1.1", "1.2.3", stranger, Quiet())
    (problem,) = checked(kit, programme).problems
    assert f"is signed by the key {stranger.public.key_id}, which is not trusted here" in problem
    shutil.copy(tmp_path / "stranger" / "stranger.pub", kit / "keys")
    assert checked(kit, programme, trusted_keys(kit / "keys")).problems == ()  # so: a key from elsewhere
    assert len(checked(kit, programme).problems) == 1


def test_an_unsigned_kit_is_refused_and_its_files_are_still_checked(
    programme: Programme, tmp_path: Path
) -> None:
    kit = make_kit(tmp_path / "kit", programme.keys, None)
    (kit / "LICENSE").write_text("another")
    problems = checked(kit, programme).problems
    assert len(problems) == 3
    assert "SHA256SUMS is not signed, so nobody answers for it" in problems[0]
    assert problems[1] == "LICENSE was changed."
    assert "manifest.json is not signed" in problems[2]


def test_another_signed_bundle_is_not_the_kits(kit: Path, programme: Programme, tmp_path: Path) -> None:
    """The record names the bundle by its identity, so one of another day does not pass for it."""
    other = tmp_path / "other"
    lay_out(other, programme.keys, programme.secret_key, "x")
    manifest = kit / BUNDLE / "manifest.json"
    manifest.write_bytes((other / BUNDLE / "manifest.json").read_bytes() + b" ")
    problems = checked(kit, programme).problems
    assert f"{BUNDLE}/manifest.json was changed." in problems
    assert any("is not what the key" in problem for problem in problems)


def test_no_folder_is_a_sentence(programme: Programme, tmp_path: Path) -> None:
    with pytest.raises(LightboxError, match=r"^There is no kit in .*: name a kit's folder\.$"):
        checked(tmp_path / "nowhere", programme)
