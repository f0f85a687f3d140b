"""``lightbox kit``: what is told, where, and how each end differs; and a kit that a stand-in script built."""

from __future__ import annotations

import datetime
import json
import os
from pathlib import Path

import pytest

from lightbox_door import kit_building
from lightbox_door.main import main
from lightbox_edge.kit import next_version
from lightbox_edge.trust import SecretKey
from tests.made_kits import NEW, OLD, make_key, make_kit

Told = pytest.CaptureFixture[str]

# It does what the real script promises, without freezing anything.
SCRIPT = """
import argparse, pathlib, sys
from tests.made_kits import lay_out
from lightbox_edge.trust import open_secret_key
parser = argparse.ArgumentParser()
parser.add_argument("--bundle", type=pathlib.Path, required=True)
parser.add_argument("--out", type=pathlib.Path, required=True)
given = parser.parse_args()
print("laying out", given.bundle)
if given.bundle.name == "none":
    sys.exit("there is no bundle")
lay_out(given.out, given.bundle, open_secret_key(given.bundle / "programme.key", str), "built")
if given.bundle.name == "unsigned":
    next(given.out.rglob("manifest.json.minisig")).unlink()
"""


@pytest.fixture
def signer(tmp_path: Path) -> SecretKey:
    return make_key(tmp_path / "keys")


@pytest.fixture
def keys(tmp_path: Path, signer: SecretKey) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def kit(tmp_path: Path, keys: Path, signer: SecretKey) -> Path:
    return make_kit(tmp_path / "kits" / OLD, keys, signer, OLD)


def test_a_whole_kit_is_told_on_stdout_and_progress_on_stderr(kit: Path, keys: Path, capsys: Told) -> None:
    assert main(["kit", "verify", str(kit)]) == 0
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert lines[0].startswith(f"{kit}: every file is the one that was sealed (")
    assert lines[1].startswith(f"lightbox {OLD} for ")
    assert lines[2] == "program 1.2.3, bundle chest-open " + lines[2].rpartition(" ")[2]
    assert lines[3].startswith("signed by the key ")
    assert lines[4] == "not sealed: keys/programme.pub"
    assert lines[5].startswith("held against the keys that came with the kit itself: to know who built it")
    assert told.err == f"checking {lines[0].rpartition(', ')[2].removesuffix(').')}\n"
    assert main(["kit", "verify", str(kit), "--key", str(keys / "programme.pub")]) == 0
    assert capsys.readouterr().out.splitlines()[5] == "held against the key that you gave"


def test_a_kit_that_was_changed_ends_with_3_and_each_change_is_told(kit: Path, capsys: Told) -> None:
    (kit / "LICENSE").write_text("none")
    (kit / "program" / "more.so").write_text("foreign")
    assert main(["kit", "verify", str(kit)]) == 3
    told = capsys.readouterr()
    assert told.out.splitlines() == ["program/more.so is not of this kit.", "LICENSE was changed."]
    assert told.err.splitlines()[-1].startswith(f"lightbox: {kit} is not whole, or not what was signed (")


def test_another_key_ends_with_3(kit: Path, tmp_path: Path, capsys: Told) -> None:
    make_key(tmp_path / "other", "other")
    assert main(["kit", "verify", str(kit), "--key", str(tmp_path / "other" / "other.pub")]) == 3
    assert "is signed by the key" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["verify"], "This Lightbox does not run from a kit: name the folder of one."),
        (["install", "{place}"], "This Lightbox does not run from a kit: name the folder of one."),
        (["update", "{kit}"], "This Lightbox is not installed on a disk: name the place with --to DIR."),
        (["rollback"], "This Lightbox is not installed on a disk: name the place with --to DIR."),
        (
            ["update", "{kit}", "--to", "{place}"],
            "There is no Lightbox in {place}: use lightbox kit install ",
        ),
        (["verify", "{place}"], "There is no kit in {place}: name a kit's folder."),
        (["verify", "{kit}", "--key", "{kit}/LICENSE"], "{kit}/LICENSE is no public key in "),
    ],
)
def test_what_is_not_there_ends_with_2(
    kit: Path, tmp_path: Path, words: list[str], said: str, capsys: Told
) -> None:
    named = {"kit": kit, "place": tmp_path / "place"}
    assert main(["kit", *(word.format_map(named) for word in words)]) == 2
    assert capsys.readouterr().err.startswith(f"lightbox: {said.format_map(named)}")
    assert not (tmp_path / "place").exists()


def test_a_kit_is_installed_updated_and_taken_back(
    kit: Path, keys: Path, signer: SecretKey, tmp_path: Path, capsys: Told
) -> None:
    place = tmp_path / "place"
    assert main(["kit", "install", str(place), "--from", str(kit)]) == 0
    told = capsys.readouterr()
    assert told.out == f"{place}: Lightbox {OLD} is verified and in use.\n"
    assert told.err.splitlines()[-1].startswith(
        "The place trusts the keys that this kit was held against: compare"
    )
    assert main(["kit", "verify", str(place / "versions" / OLD)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "held against the keys that this place trusts"
    stick = make_kit(tmp_path / "stick", keys, signer, NEW)
    assert main(["kit", "update", str(stick), "--to", str(place)]) == 0
    assert capsys.readouterr().out == f"{place}: Lightbox {NEW} is verified and in use, before {OLD}.\n"
    assert main(["kit", "rollback", "--to", str(place)]) == 0
    assert capsys.readouterr().out == f"{place}: Lightbox {OLD} is verified and in use, before {NEW}.\n"
    stranger = make_kit(tmp_path / "other", keys, make_key(tmp_path / "stranger"), NEW)
    assert main(["kit", "update", str(stranger), "--to", str(place)]) == 3
    assert "is not trusted here" in capsys.readouterr().err


def test_an_installed_program_finds_its_place(
    kit: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Told
) -> None:
    """Frozen, it lies in ``program/`` of a version; then no command needs to be told where that is."""
    place = tmp_path / "place"
    assert main(["kit", "install", str(place), "--from", str(kit)]) == 0
    monkeypatch.setattr("sys.frozen", True, raising=False)
    monkeypatch.setattr("sys.executable", str(place / "versions" / OLD / "program" / "lightbox"))
    capsys.readouterr()
    assert main(["kit", "verify"]) == 0
    assert capsys.readouterr().out.startswith(f"{place / 'versions' / OLD}: every file is")
    assert main(["kit", "rollback"]) == 2
    assert f"{place} keeps no version before {OLD}" in capsys.readouterr().err


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "build_scripts" / "build_kit.py"
    path.parent.mkdir()
    path.write_text(SCRIPT)
    monkeypatch.setattr(kit_building, "SCRIPT", path)
    root = Path(__file__).parents[2]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, [root, *map(root.joinpath, ("edge", "door"))])))
    return path


def build(keys: Path, out: Path, *words: object) -> int:
    return main(["kit", "build", "--bundle", str(keys), "--out", str(out), *map(str, words)])


@pytest.mark.usefixtures("script")
def test_a_kit_is_built_sealed_and_verified(tmp_path: Path, keys: Path, capfd: Told) -> None:
    out, key = tmp_path / "out" / "kit", keys / "programme.key"
    assert build(keys, out, "--key", key) == 0
    told = capfd.readouterr()
    today = datetime.datetime.now(datetime.UTC).date()
    version = f"{today.year}.{today.month}.{today.day}.1"
    assert told.out.startswith(f"{out}: lightbox {version} for ")
    assert "laying out" in told.err
    assert main(["kit", "verify", str(out)]) == 0
    assert json.loads((out / "KIT.json").read_bytes())["version"] == version
    assert next_version(out.parent, today) == version.removesuffix("1") + "2"
    assert build(keys, tmp_path / "out" / "other", "--key", key, "--version", "3.1") == 0
    assert json.loads((tmp_path / "out" / "other" / "KIT.json").read_bytes())["version"] == "3.1"


@pytest.mark.usefixtures("script")
def test_without_a_key_a_kit_stays_unsigned_and_that_is_said(tmp_path: Path, keys: Path, capfd: Told) -> None:
    assert build(keys, tmp_path / "kit") == 0
    assert "The kit is unsigned: no clinic can install it" in capfd.readouterr().err
    assert main(["kit", "verify", str(tmp_path / "kit")]) == 3
    assert "is not signed" in capfd.readouterr().out


@pytest.mark.usefixtures("script")
def test_a_kit_trusts_who_built_it_beside_the_project(tmp_path: Path, keys: Path, capfd: Told) -> None:
    make_key(tmp_path / "other", "other")
    assert build(keys, tmp_path / "kit", "--key", tmp_path / "other" / "other.key") == 0
    assert main(["kit", "verify", str(tmp_path / "kit")]) == 0
    assert len(list((tmp_path / "kit" / "keys").iterdir())) == 2
    assert "signed by the key" in capfd.readouterr().out


@pytest.mark.usefixtures("script")
def test_a_build_that_would_be_refused_in_a_clinic_says_so(tmp_path: Path, keys: Path, capfd: Told) -> None:
    unsigned = keys.rename(tmp_path / "unsigned")
    assert build(unsigned, tmp_path / "kit", "--key", unsigned / "programme.key") == 3
    assert "was built and would be refused: " in capfd.readouterr().err
    assert build(unsigned, tmp_path / "new", "--version", "1.0-beta") == 2
    assert "'1.0-beta' is no version of a kit" in capfd.readouterr().err
    assert not (tmp_path / "new").exists()
    assert build(tmp_path / "none", tmp_path / "new") == 2
    assert "build_kit.py ended with code 1" in capfd.readouterr().err


def test_a_wheel_builds_no_kit(
    tmp_path: Path, keys: Path, monkeypatch: pytest.MonkeyPatch, capsys: Told
) -> None:
    monkeypatch.setattr(kit_building, "SCRIPT", tmp_path / "build_scripts" / "build_kit.py")
    assert build(keys, tmp_path / "kit") == 2
    assert "build in a checkout of the sources" in capsys.readouterr().err
