"""Bundles: every file is the one that the manifest names, inside the folder, or nothing is used."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lightbox_door.main import main
from lightbox_edge.bundle import MANIFEST_BYTES, bundle_in, default_bundle, open_bundle, verify_bundle
from lightbox_edge.errors import BundleError

BUNDLE = Path(__file__).parents[2] / "bundles" / "chest-open"
FILES = (
    "text_features.npy",
    "int8/image_encoder.onnx",
    "int8/feature_statistics.npy",
    "int8/text_encoder.onnx",
    "tokenizer.json",
    "LICENCES.md",
)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def turn_into_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def hard_link(path: Path, copy: Path) -> None:
    """A copy that costs nothing, where the file system can."""
    try:
        copy.hardlink_to(path)
    except OSError:
        shutil.copyfile(path, copy)


def named_file(bundle: Path, path: str, content: bytes = b"") -> None:
    """Make the manifest name ``path`` as its text_features."""
    manifest = json.loads((bundle / "manifest.json").read_bytes())
    sha256 = hashlib.sha256(content).hexdigest()
    manifest["text_features"] = {"path": path, "sha256": sha256, "bytes": len(content)}
    (bundle / "manifest.json").write_text(json.dumps(manifest))


def test_a_whole_bundle_verifies(small_bundle: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bundle = open_bundle(small_bundle)
    sizes = sum((small_bundle / name).stat().st_size for name in FILES)
    assert verify_bundle(bundle) == sizes
    assert sorted(file.path for file in bundle.files()) == sorted(FILES)
    assert bundle.identity == hashlib.sha256((small_bundle / "manifest.json").read_bytes()).hexdigest()
    assert main(["bundle", "verify", "--unsigned", str(small_bundle)]) == 0
    assert "every file is the one its manifest names" in capsys.readouterr().out


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", [flip, cut, lengthen, Path.unlink, turn_into_a_folder])
def test_any_damage_to_any_file_is_named(
    small_bundle: Path, name: str, damage: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    damage(small_bundle / name)
    with pytest.raises(BundleError, match="copy the bundle again") as caught:
        verify_bundle(open_bundle(small_bundle))
    assert str(small_bundle / name) in str(caught.value)
    assert main(["bundle", "verify", str(small_bundle)]) == 3
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", f"lightbox: {caught.value}\n")


@pytest.mark.parametrize("damage", [cut, Path.unlink, turn_into_a_folder])
def test_a_damaged_manifest_is_named(small_bundle: Path, damage: Callable[[Path], None]) -> None:
    path = small_bundle / "manifest.json"
    damage(path) if damage is not cut else path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(BundleError, match=r"manifest\.json"):
        open_bundle(small_bundle)
    assert main(["bundle", "verify", str(small_bundle)]) == 3


@pytest.mark.parametrize(
    "name", sorted(path.relative_to(BUNDLE).as_posix() for path in BUNDLE.rglob("*") if path.is_file())
)
def test_one_flipped_byte_of_the_shipped_bundle_is_seen(name: str, tmp_path: Path) -> None:
    for path in BUNDLE.rglob("*"):
        if path.is_file():
            copy = tmp_path / path.relative_to(BUNDLE)
            copy.parent.mkdir(parents=True, exist_ok=True)
            hard_link(path.resolve(), copy)
    content = bytearray((tmp_path / name).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / name).unlink()
    (tmp_path / name).write_bytes(content)
    assert main(["bundle", "verify", str(tmp_path)]) == 3


def test_the_shipped_bundle_verifies_and_leaves_no_file_unnamed() -> None:
    bundle = open_bundle(BUNDLE)
    assert verify_bundle(bundle) > 1_000_000
    there = {path.relative_to(BUNDLE).as_posix() for path in BUNDLE.rglob("*") if path.is_file()}
    assert there == {file.path for file in bundle.files()} | {"manifest.json", "manifest.json.minisig"}


@pytest.mark.parametrize(
    "path",
    [
        *("../secret", "int8/../../secret", "..", "/etc/hostname", "C:x", "C:/x", "a\\..\\b", "\\\\host\\x"),
        *("NUL", "int8/nul.txt", "COM1", "a:stream", "int8/", "int8//x", "./x", "x.", "x ", "a\u202eb"),
    ],
)
def test_a_path_out_of_the_folder_is_refused(small_bundle: Path, path: str) -> None:
    (small_bundle.parent / "secret").write_bytes(b"")
    named_file(small_bundle, path)
    with pytest.raises(BundleError, match=r"outside the bundle|is no valid manifest"):
        verify_bundle(open_bundle(small_bundle))


def test_a_link_out_of_the_folder_is_refused(small_bundle: Path) -> None:
    secret = small_bundle.parent / "secret"
    secret.write_bytes(b"known content")
    (small_bundle / "link").symlink_to(secret)
    named_file(small_bundle, "link", b"known content")
    with pytest.raises(BundleError, match="names link, which is outside the bundle"):
        verify_bundle(open_bundle(small_bundle))


def test_a_folder_that_links_out_is_refused(small_bundle: Path) -> None:
    outside = small_bundle.parent / "outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"")
    (small_bundle / "inner").symlink_to(outside, target_is_directory=True)
    named_file(small_bundle, "inner/secret")
    with pytest.raises(BundleError, match="outside the bundle"):
        verify_bundle(open_bundle(small_bundle))


def test_a_bundle_reached_through_a_link_is_whole(small_bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(small_bundle, target_is_directory=True)
    assert verify_bundle(open_bundle(tmp_path / "link")) == verify_bundle(open_bundle(small_bundle))


@pytest.mark.parametrize("path", ["a\0b", "", ".", "x" * 5000, "loop", "loop/x"])
def test_an_impossible_path_is_a_bundle_error(small_bundle: Path, path: str) -> None:
    (small_bundle / "loop").symlink_to("loop")
    named_file(small_bundle, path)
    with pytest.raises(BundleError):
        verify_bundle(open_bundle(small_bundle))


def test_a_huge_manifest_is_not_even_read(small_bundle: Path) -> None:
    with (small_bundle / "manifest.json").open("r+b") as file:
        file.truncate(MANIFEST_BYTES + 1)
    with pytest.raises(BundleError, match=f"larger than {MANIFEST_BYTES} bytes"):
        open_bundle(small_bundle)


@pytest.mark.skipif(os.name != "posix", reason="named pipes are files here alone")
@pytest.mark.parametrize("name", ["manifest.json", "manifest.json.minisig", "text_features.npy"])
def test_a_pipe_is_not_waited_for(small_bundle: Path, name: str) -> None:
    (small_bundle / name).unlink(missing_ok=True)
    os.mkfifo(small_bundle / name)
    if name == "text_features.npy":
        manifest = json.loads((small_bundle / "manifest.json").read_bytes())
        manifest["text_features"]["bytes"] = 0  # as many as a pipe has
        (small_bundle / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(BundleError, match="not a plain file"):
        verify_bundle(open_bundle(small_bundle))


@pytest.mark.parametrize("name", ["nowhere", "a file"])
def test_no_bundle_there_is_one_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "a file").write_bytes(b"")
    with pytest.raises(BundleError, match=r"^There is no bundle in .*: name a bundle's folder\.$"):
        open_bundle(tmp_path / name)


def test_a_precision_that_is_not_there_names_those_that_are(small_bundle: Path) -> None:
    with pytest.raises(BundleError, match=r"has no fp32 models: it has int8\.$"):
        open_bundle(small_bundle).rung("fp32")


def test_a_kit_may_carry_a_bundle_of_any_name(tmp_path: Path) -> None:
    """Its only one is meant; among several that of this project."""
    for name in ("biomedclip", "chest-open"):
        (tmp_path / "bundles" / name).mkdir(parents=True)
        (tmp_path / "bundles" / name / "manifest.json").touch()
        (tmp_path / "bundles" / f"{name}.site.json").touch()
        assert bundle_in(tmp_path) == tmp_path / "bundles" / name
    assert bundle_in(tmp_path / "nowhere").name == "chest-open"


def test_the_default_bundle_lies_where_the_wheel_puts_it() -> None:
    assert default_bundle().parts[-4:] == ("share", "lightbox", "bundles", "chest-open")
