"""Installing, updating, going back: what is in use is always whole, and trust does not grow by itself."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from lightbox_edge.errors import BundleError, KitError, LightboxError
from lightbox_edge.home import keys_of
from lightbox_edge.kit import Installed, check, install, rollback, seal_kit, sealing, update
from lightbox_edge.kit.place import current_version
from lightbox_edge.trust import trusted_keys
from tests.edge.kit.conftest import Programme
from tests.made_kits import BUNDLE, NEW, OLD, Quiet, lay_out, make_key, make_kit

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the program of these kits is a shell script")


@pytest.fixture
def place(programme: Programme, tmp_path: Path) -> Path:
    """A place in which the old kit is installed."""
    place = tmp_path / "disk" / "lightbox"
    install(programme.old, place, programme.trusted, Quiet())
    return place


def started(place: Path, *arguments: str) -> str:
    """What the start file of a place runs, from any folder."""
    done = subprocess.run(
        [place / "start-linux.sh", *arguments], cwd="/", capture_output=True, text=True, check=True
    )
    return done.stdout.rstrip("\n")


def whole(place: Path, version: str) -> None:
    """That version is in use, verified, and what the start file runs; nothing half done lies about."""
    assert current_version(place) == version
    assert check(place / "versions" / version, trusted_keys(place / "keys"), Quiet()).problems == ()
    assert started(place, "screen", "a film") == f"{version} screen a film"
    assert [one.name for one in (place / "versions").iterdir() if one.name.startswith(".")] == []
    assert {one.name for one in place.iterdir()} == {
        "versions",
        "current",
        "keys",
        "start-linux.sh",
        "start-windows.bat",
    }


def versions(place: Path) -> set[str]:
    return {one.name for one in (place / "versions").iterdir()}


def test_an_installed_kit_is_whole_and_starts(programme: Programme, place: Path) -> None:
    whole(place, OLD)
    kit = place / "versions" / OLD
    assert keys_of(kit) == place / "keys"
    assert [key.base64 for key in trusted_keys(keys_of(kit))] == [key.base64 for key in programme.trusted]
    assert not (kit / "keys").exists()
    assert b"\r\n" in (place / "start-windows.bat").read_bytes()


def test_a_stick_without_modes_gives_a_program_that_can_be_started(
    programme: Programme, tmp_path: Path
) -> None:
    stick = shutil.copytree(programme.old, tmp_path / "stick")
    for file in stick.rglob("*"):
        file.chmod(0o777 if file.is_dir() else 0o666)
    install(stick, tmp_path / "place", programme.trusted, Quiet())
    modes = {
        file.name: stat.S_IMODE(file.stat().st_mode) & 0o111
        for file in (tmp_path / "place").rglob("*")
        if file.is_file()
    }
    assert {name for name, mode in modes.items() if mode} == {"lightbox", "start-linux.sh"}
    whole(tmp_path / "place", OLD)


def test_the_start_file_works_from_a_link_and_without_an_execute_bit(place: Path, tmp_path: Path) -> None:
    (tmp_path / "desktop").symlink_to(place / "start-linux.sh")
    for file in (place / "start-linux.sh", place / "versions" / OLD / "start-linux.sh"):
        file.chmod(0o644)
    done = subprocess.run(
        ["sh", tmp_path / "desktop", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{OLD} --version\n"


@pytest.mark.parametrize("content", [None, b"", b"2026.1.1.1\n"])
def test_a_start_file_without_a_version_says_so(place: Path, content: bytes | None) -> None:
    (place / "current").unlink()
    if content is not None:
        (place / "current").write_bytes(content)
    done = subprocess.run([place / "start-linux.sh"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == (
        f"lightbox: {place}/current names no version that is there: run kit install again.\n"
    )


def test_an_update_keeps_the_version_before_and_no_older_one(
    programme: Programme, place: Path, tmp_path: Path
) -> None:
    done = update(programme.new, place, Quiet())
    assert (done.record.version, done.before, done.calibration_lost) == (NEW, OLD, False)
    whole(place, NEW)
    assert versions(place) == {OLD, NEW}
    third = make_kit(tmp_path / "third", programme.keys, programme.secret_key, "2026.12.1.1")
    update(third, place, Quiet())
    whole(place, "2026.12.1.1")
    assert versions(place) == {NEW, "2026.12.1.1"}


def test_an_older_version_that_cannot_be_removed_spoils_no_update(
    programme: Programme, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, where the folder of a program that runs stays."""
    update(programme.new, place, Quiet())
    rename = Path.rename

    def held(self: Path, to: Path) -> Path:
        if self.name == OLD:
            raise PermissionError(13, "in use", str(self))
        return rename(self, to)

    third = make_kit(tmp_path / "third", programme.keys, programme.secret_key, "2026.12.1.1")
    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", held)
        update(third, place, Quiet())
    whole(place, "2026.12.1.1")
    assert versions(place) == {OLD, NEW, "2026.12.1.1"}
    fourth = make_kit(tmp_path / "fourth", programme.keys, programme.secret_key, "2026.12.1.2")
    update(fourth, place, Quiet())
    assert versions(place) == {"2026.12.1.1", "2026.12.1.2"}


def test_going_back_and_forth(programme: Programme, place: Path) -> None:
    with pytest.raises(LightboxError, match="keeps no version before"):
        rollback(place, Quiet())
    update(programme.new, place, Quiet())
    done = rollback(place, Quiet())
    assert (done.record.version, done.before) == (OLD, NEW)
    whole(place, OLD)
    update(programme.new, place, Quiet())
    whole(place, NEW)
    (place / "versions" / OLD / "LICENSE").write_text("changed")
    with pytest.raises(KitError, match="LICENSE was changed"):
        rollback(place, Quiet())
    whole(place, NEW)


def test_installing_again_repairs_what_is_damaged(programme: Programme, place: Path) -> None:
    before = (place / "versions" / OLD).stat().st_ino
    assert install(programme.old, place, (), Quiet()).before == OLD
    assert (place / "versions" / OLD).stat().st_ino == before
    (place / "versions" / OLD / "program" / "lightbox").write_text("damaged")
    install(programme.old, place, (), Quiet())
    whole(place, OLD)
    with pytest.raises(LightboxError, match="lightbox kit update"):
        install(programme.new, place, programme.trusted, Quiet())
    whole(place, OLD)


@pytest.mark.parametrize("content", [b"", b"../../elsewhere", b"\xff\xfe", b"2026.01.1.1", b"x" * 100])
def test_a_place_that_names_no_version_is_a_sentence(
    programme: Programme, place: Path, content: bytes
) -> None:
    (place / "current").write_bytes(content)
    for call in (update, lambda kit, place, watcher: install(kit, place, programme.trusted, watcher)):
        with pytest.raises(LightboxError, match=rf"^{place}/current (names no version|cannot be read)"):
            call(programme.new, place, Quiet())
    (place / "current").unlink()
    install(programme.old, place, programme.trusted, Quiet())
    whole(place, OLD)


def test_what_else_lies_among_versions_is_left_alone(programme: Programme, place: Path) -> None:
    (place / "versions" / "notes").mkdir()
    update(programme.new, place, Quiet())
    rollback(place, Quiet())
    assert versions(place) == {OLD, NEW, "notes"}


def refused(
    kit: Path, place: Path, kind: type[LightboxError], call: Callable[..., Installed] = update
) -> str:
    """One sentence, and the old version is as it was."""
    with pytest.raises(kind) as caught:
        call(kit, place, Quiet())
    whole(place, OLD)
    assert versions(place) == {OLD}
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == (2 if kind is LightboxError else 3)
    return str(caught.value)


def test_what_is_not_newer_is_refused(programme: Programme, place: Path, tmp_path: Path) -> None:
    assert "is in use already" in refused(programme.old, place, LightboxError)
    older = make_kit(tmp_path / "older", programme.keys, programme.secret_key, "2026.11.9.10")
    assert f"is older than {OLD}" in refused(older, place, LightboxError)
    assert "There is no kit" not in refused(tmp_path / "nowhere", place, LightboxError)


def test_what_a_stranger_signed_is_refused_though_the_stick_brings_his_key(
    place: Path, tmp_path: Path
) -> None:
    stranger = make_key(tmp_path / "stranger")
    kit = make_kit(tmp_path / "kit", tmp_path / "stranger", stranger, NEW)
    assert "is not trusted here" in refused(kit, place, BundleError)
    unsigned = make_kit(tmp_path / "unsigned", tmp_path / "stranger", None, NEW)
    assert "is not signed" in refused(unsigned, place, BundleError)


def test_a_stranger_cannot_sign_for_a_key_that_is_trusted(
    programme: Programme, place: Path, tmp_path: Path
) -> None:
    """The old kit's own signature, put beside other sums."""
    kit = make_kit(tmp_path / "kit", programme.keys, None, NEW)
    shutil.copy(programme.old / "SHA256SUMS.minisig", kit)
    assert "is not what the key" in refused(kit, place, BundleError)


def test_a_bundle_that_the_place_does_not_trust_is_refused(
    programme: Programme, place: Path, tmp_path: Path
) -> None:
    kit = tmp_path / "kit"
    lay_out(kit, programme.keys, make_key(tmp_path / "other"), NEW)
    seal_kit(kit, NEW, "1.2.3", programme.secret_key, Quiet())
    assert f"{BUNDLE}/manifest.json is signed by the key" in refused(kit, place, BundleError)


def test_a_kit_for_another_machine_is_refused(
    programme: Programme, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(sealing, "this_platform", lambda: "windows-x86_64")
        kit = make_kit(tmp_path / "kit", programme.keys, programme.secret_key, NEW)
    assert "is for windows-x86_64 and this machine is" in refused(kit, place, LightboxError)


@pytest.mark.parametrize("what", ["changed", "missing", "foreign"])
def test_a_kit_that_is_not_whole_is_refused(
    programme: Programme, place: Path, tmp_path: Path, what: str
) -> None:
    kit = shutil.copytree(programme.new, tmp_path / "kit")
    file = kit / "program" / "_internal" / "library.so"
    if what == "changed":
        file.write_bytes(file.read_bytes()[::-1])
        file.with_name("LICENSE").write_bytes(b"")
        file.with_name("LICENSE").unlink()
    elif what == "missing":
        file.unlink()
    else:
        file.with_name("other.so").write_bytes(b"foreign")
    said = refused(kit, place, KitError)
    assert ("other.so" if what == "foreign" else "library.so") in said


def test_a_newer_signed_kit_for_a_copy_is_checked_again_on_the_disk(
    programme: Programme, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that gives other bytes than were written to it."""
    from lightbox_edge.kit import placing

    copy_kit = placing.copy_kit

    def and_rot(kit: Path, seal: object, to: Path, watcher: object) -> None:
        copy_kit(kit, seal, to, watcher)  # type: ignore[arg-type]  # passed on as they came
        (to / "LICENSE").write_text("rotten")

    monkeypatch.setattr(placing, "copy_kit", and_rot)
    said = refused(programme.new, place, KitError)
    assert "LICENSE was changed; use another disk." in said


def test_no_room_is_said_with_both_figures(
    programme: Programme, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(place)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10_000))
    assert f"{place} has 0.0 MB free and the kit needs 0.1 MB" in refused(programme.new, place, LightboxError)


def test_a_stick_that_is_pulled_is_one_sentence(programme: Programme, place: Path, tmp_path: Path) -> None:
    stick = shutil.copytree(programme.new, tmp_path / "stick")

    class Pulling(Quiet):
        def advance(self, size: int) -> None:
            shutil.rmtree(stick, ignore_errors=True)

    with pytest.raises(
        LightboxError, match=r"cannot be read \(No such file or directory\): plug the stick in"
    ):
        update(stick, place, Pulling())
    whole(place, OLD)


def test_only_a_folder_of_its_own_is_taken(programme: Programme, tmp_path: Path) -> None:
    (tmp_path / "homework.txt").write_text("x")
    with pytest.raises(LightboxError, match="is not empty and holds no Lightbox"):
        install(programme.old, tmp_path, programme.trusted, Quiet())
    assert [one.name for one in tmp_path.iterdir()] == ["homework.txt"]
    with pytest.raises(LightboxError, match="lies inside the kit"):
        install(programme.old, programme.old / "disk", programme.trusted, Quiet())
    with pytest.raises(LightboxError, match="There is no Lightbox in"):
        update(programme.new, tmp_path, Quiet())


def test_a_key_that_came_another_way_is_the_only_one_trusted(programme: Programme, tmp_path: Path) -> None:
    stick = shutil.copytree(programme.old, tmp_path / "stick")
    make_key(tmp_path / "stranger", "stranger")
    shutil.copy(tmp_path / "stranger" / "stranger.pub", stick / "keys")
    install(stick, tmp_path / "place", programme.trusted, Quiet())
    assert [key.name for key in trusted_keys(tmp_path / "place" / "keys")] == ["programme"]
    with pytest.raises(LightboxError, match="is not trusted here"):
        install(stick, tmp_path / "other", trusted_keys(tmp_path / "stranger"), Quiet())
    assert not (tmp_path / "other").exists()


def test_the_users_own_files_outlive_an_update(
    programme: Programme, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys that were added, and a site calibration whose bundle is the same; another bundle's is told."""
    from lightbox_edge import open_bundle
    from lightbox_edge.site_calibration import SiteCalibration, keep, read_site_file

    make_key(place / "keys", "clinic")
    (place / "keys" / "clinic.key").unlink()
    bundle = open_bundle(place / "versions" / OLD / BUNDLE, ())
    keep(bundle, SiteCalibration("2026-11-22", "int8_avx2", 60, "0" * 64, None, {}, {}, {}))
    assert not update(programme.new, place, Quiet()).calibration_lost
    whole(place, NEW)
    assert {key.name for key in trusted_keys(place / "keys")} == {"clinic", "programme"}
    assert read_site_file(open_bundle(place / "versions" / NEW / BUNDLE, ()))


def test_another_bundles_calibration_is_not_taken_and_that_is_said(programme: Programme, place: Path) -> None:
    (place / "versions" / OLD / f"{BUNDLE}.site.json").write_text('{"another": "bundle"}')
    assert update(programme.new, place, Quiet()).calibration_lost
    assert not (place / "versions" / NEW / f"{BUNDLE}.site.json").exists()


def test_all_is_flushed_before_it_has_its_name(
    programme: Programme, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file and folder is on the disk before the version is named, and that before it is in use."""
    steps: list[tuple[str, str]] = []
    fsync, rename, replace = os.fsync, Path.rename, Path.replace

    def flushed(handle: int) -> None:
        fsync(handle)
        steps.append(("flushed", str(Path(f"/proc/self/fd/{handle}").readlink())))

    def renamed(self: Path, to: Path) -> Path:
        steps.append(("renamed", f"{self} {to}"))
        return rename(self, to)

    def replaced(self: Path, to: Path) -> Path:
        steps.append(("replaced", str(to)))
        return replace(self, to)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(Path, "rename", renamed)
    monkeypatch.setattr(Path, "replace", replaced)
    update(programme.new, place, Quiet())
    (named,) = [number for number, (step, what) in enumerate(steps) if step == "renamed"]
    coming, version = steps[named][1].split()
    assert version == str(place / "versions" / NEW)
    entries = {path.relative_to(version) for path in Path(version).rglob("*")} | {Path()}
    assert {str(Path(coming) / entry) for entry in entries} <= {what for _, what in steps[:named]}
    used = steps.index(("replaced", str(place / "current")))
    assert ("flushed", str(place / "versions")) in steps[named:used]
    assert ("flushed", str(place)) in steps[used:]
