"""The site file: beside the bundle, never in it; whole or not at all; another's thresholds never taken."""

from __future__ import annotations

import errno
import hashlib
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec
import pytest

from lightbox_edge.bundle import Bundle, Calibrated, open_bundle, verify_bundle
from lightbox_edge.data_place import data_place
from lightbox_edge.errors import LightboxError
from lightbox_edge.manifest import OperatingPoint, Target
from lightbox_edge.site_calibration import (
    Counted,
    SiteCalibration,
    keep,
    path_beside,
    read_site_file,
    site_path,
    with_site_calibration,
    withdraw,
)

OWN = OperatingPoint(0.8, -0.25, 0.31, 0.2, Target("sensitivity", 0.9), 0.92, 0.6, 0.05)


def calibration(date: str = "2026-11-22T08:00:00+00:00", threshold: float = 0.31) -> SiteCalibration:
    return SiteCalibration(
        date=date,
        precision="int8",
        films=120,
        labels="a" * 64,
        sensitivity=0.9,
        points={"effusion": msgspec.structs.replace(OWN, threshold=threshold)},
        counts={"effusion": Counted(40, 80)},
        left={},
    )


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


@pytest.fixture
def opened(small_bundle: Path) -> Bundle:
    return open_bundle(small_bundle)


def test_it_lies_beside_the_bundle_and_the_bundle_is_untouched(opened: Bundle) -> None:
    before = hashes(opened.folder)
    where = keep(opened, calibration())
    assert where == opened.folder.parent / f"{opened.folder.name}.site.json"
    assert hashes(opened.folder) == before
    verify_bundle(opened)
    assert open_bundle(opened.folder).identity == opened.identity


def test_what_is_kept_is_what_screening_uses(opened: Bundle) -> None:
    assert with_site_calibration(opened) == opened
    keep(opened, calibration())
    used = with_site_calibration(opened)
    assert used.rung("int8").operating_points == {"effusion": OWN}
    assert used.identity == opened.identity
    assert used.title("int8") == "small, unsigned, calibrated on site 2026-11-22T08:00:00+00:00"
    assert (opened.title("int8"), used.title("fp32")) == ("small, unsigned", "small, unsigned")
    expected = Calibrated("2026-11-22T08:00:00+00:00", frozenset({"effusion"}), frozenset({"a" * 64}))
    assert used.calibrated == {"int8": expected}


def test_every_calibration_is_kept_and_undone_one_by_one(opened: Bundle) -> None:
    bundles_own = opened.rung("int8").operating_points["effusion"].threshold
    for day, threshold in (("1", 0.4), ("2", 0.5)):
        keep(opened, calibration(day, threshold))
    for expected, now in ((0.5, "1"), (0.4, None)):
        assert with_site_calibration(opened).rung("int8").operating_points["effusion"].threshold == expected
        taken, left = withdraw(opened)
        assert taken.points["effusion"].threshold == expected
        assert (left.date if left else None) == now
    used = with_site_calibration(opened)
    assert used.rung("int8").operating_points["effusion"].threshold == bundles_own
    assert used.calibrated == {}
    with pytest.raises(LightboxError, match="nothing is left to undo"):
        withdraw(opened)
    kept = read_site_file(opened)
    assert kept is not None
    assert [one.date for one in kept.calibrations] == ["1", "2"]
    assert all(one.withdrawn for one in kept.calibrations)


def test_a_calibration_after_an_undo_is_in_use(opened: Bundle) -> None:
    keep(opened, calibration("1", 0.4))
    withdraw(opened)
    keep(opened, calibration("2", 0.6))
    assert with_site_calibration(opened).rung("int8").operating_points["effusion"].threshold == 0.6


def test_a_finding_that_a_calibration_leaves_out_keeps_the_sites_point(opened: Bundle) -> None:
    keep(opened, calibration("1", 0.4))
    nothing_new = msgspec.structs.replace(
        calibration("2"), points={}, counts={}, left={"effusion": "few"}, labels="b" * 64
    )
    keep(opened, nothing_new)
    assert with_site_calibration(opened).calibrated["int8"].tables == {"a" * 64, "b" * 64}
    assert with_site_calibration(opened).rung("int8").operating_points["effusion"].threshold == 0.4
    kept = read_site_file(opened)
    assert kept is not None
    assert kept.calibrations[1].counts == {"effusion": Counted(40, 80)}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is damaged"),
        (b"{", "is damaged"),
        (b"\xff\xfe", "is damaged"),
        (b"[" * 100_000, "is damaged"),
        (b'{"schema_version": 2}', "is damaged"),
        (b" " * ((8 << 20) + 1), "it is no site calibration"),
    ],
)
def test_a_damaged_file_is_one_sentence(content: bytes, said: str, opened: Bundle) -> None:
    site_path(opened).write_bytes(content)
    for read in (with_site_calibration, withdraw):
        with pytest.raises(LightboxError, match=said) as caught:
            read(opened)
        assert str(site_path(opened)) in str(caught.value)
        assert caught.value.exit_code == 2
    with pytest.raises(LightboxError, match=said):
        keep(opened, calibration())
    assert site_path(opened).read_bytes() == content


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (("calibrations", 0, "points", "effusion", "threshold"), 1.5),
        (("calibrations", 0, "points", "effusion", "slope"), 0),
        (("calibrations", 0, "precision"), "int4"),
        (("calibrations", 0, "precision"), "fp32"),  # which the bundle has not
        (("calibrations", 0, "points"), {"a fracture": msgspec.to_builtins(OWN)}),
        (("calibrations", 0, "films"), "many"),
        (("calibrations", 0, "unheard of"), 1),
    ],
)
def test_a_file_that_says_what_cannot_be_is_refused(
    field: tuple[str | int, ...], value: object, opened: Bundle
) -> None:
    where = keep(opened, calibration())
    told = json.loads(where.read_bytes())
    place = told
    for key in field[:-1]:
        place = place[key]
    place[field[-1]] = value
    where.write_text(json.dumps(told))
    with pytest.raises(LightboxError, match="is damaged"):
        with_site_calibration(opened)


def test_every_cut_of_the_file_is_refused(opened: Bundle) -> None:
    where = keep(opened, calibration())
    whole = where.read_bytes()
    for end in range(0, len(whole.rstrip()), 7):
        where.write_bytes(whole[:end])
        with pytest.raises(LightboxError, match="is damaged"):
            with_site_calibration(opened)


def test_another_bundles_file_is_refused_and_stays(opened: Bundle) -> None:
    where = keep(opened, calibration())
    told = json.loads(where.read_bytes())
    where.write_text(json.dumps({**told, "identity": "b" * 64, "bundle": "other"}))
    foreign = where.read_bytes()
    with pytest.raises(LightboxError, match="belongs to another bundle \\(other 1\\)"):
        with_site_calibration(opened)
    with pytest.raises(LightboxError, match="belongs to another bundle"):
        keep(opened, calibration())
    assert where.read_bytes() == foreign


def test_a_file_that_was_named_must_be_there(opened: Bundle, tmp_path: Path) -> None:
    with pytest.raises(LightboxError, match=r"nowhere\.json cannot be read"):
        with_site_calibration(opened, tmp_path / "nowhere.json")
    elsewhere = keep(opened, calibration(), tmp_path / "elsewhere.json")
    assert with_site_calibration(opened, elsewhere).rung("int8").operating_points == {"effusion": OWN}
    assert with_site_calibration(opened) == opened


KEEP = """
import os, signal, sys
from pathlib import Path
from lightbox_edge.bundle import open_bundle
from lightbox_edge.site_calibration import keep, read_site_file
bundle = open_bundle(sys.argv[1])
one = read_site_file(bundle).calibrations[0]
def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "fsync": os.fsync = die
if sys.argv[2] == "replace": Path.replace = die
print("ready", flush=True)
while True: keep(bundle, one)
"""


def kept_by(bundle: Bundle, step: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", KEEP, str(bundle.folder), step], stdout=subprocess.PIPE)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_killed_before_the_file_is_in_place_the_old_one_is_whole(step: str, opened: Bundle) -> None:
    old = keep(opened, calibration()).read_bytes()
    with kept_by(opened, step) as process:
        assert process.wait(60) == -9
    assert site_path(opened).read_bytes() == old


def test_killed_at_any_moment_a_whole_file_is_there(opened: Bundle) -> None:
    keep(opened, calibration())
    moments = random.Random(20261122)  # noqa: S311  # the same moments each time
    lengths = []
    for _ in range(4):
        with kept_by(opened, "never") as process:
            assert process.stdout
            process.stdout.readline()
            time.sleep(moments.uniform(0, 0.2))
            process.kill()
        kept = read_site_file(opened)
        assert kept is not None
        assert all(one == calibration() for one in kept.calibrations)
        lengths.append(len(kept.calibrations))
    assert lengths == sorted(lengths)
    assert lengths[-1] > 1  # it was at work


@pytest.fixture
def stick(opened: Bundle, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Bundle:
    """A bundle on a stick that can be written until its `forbid_writing`, and a place for data."""
    place = tmp_path / "Lightbox"
    place.mkdir()
    monkeypatch.setenv("LIGHTBOX_DATA", str(place))
    return opened


def forbid_writing(stick: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a write-protected medium does, also to root, whom no mode stops."""
    folder, made = stick.folder.resolve().parent, tempfile.TemporaryFile

    def refuse(**options: object) -> object:
        if options["dir"] == folder:
            raise OSError(errno.EROFS, "Read-only file system")
        return made(**options)  # type: ignore[call-overload]  # its own arguments, passed on

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)


def test_beside_a_bundle_that_can_be_written_it_stays(stick: Bundle) -> None:
    assert keep(stick, calibration()) == path_beside(stick) == site_path(stick)


def test_on_a_stick_that_cannot_be_written_it_goes_to_the_users_data_and_is_found(
    stick: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbid_writing(stick, monkeypatch)
    where = keep(stick, calibration(threshold=0.4))
    assert where.parent == data_place()
    assert site_path(stick) == where
    assert with_site_calibration(stick).rung("int8").operating_points["effusion"].threshold == 0.4
    assert not path_beside(stick).exists()
    withdraw(stick)
    assert with_site_calibration(stick).calibrated == {}


def test_what_lay_beside_is_gone_on_from_and_never_written_to(
    stick: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = keep(stick, calibration("2026-11-21T08:00:00+00:00", 0.2))
    before = beside.read_bytes()
    forbid_writing(stick, monkeypatch)
    assert site_path(stick) == beside
    where = keep(stick, calibration(threshold=0.4))
    kept = read_site_file(stick)
    assert kept is not None
    assert [one.points["effusion"].threshold for one in kept.calibrations] == [0.2, 0.4]
    assert (beside.read_bytes(), site_path(stick)) == (before, where)
    withdraw(stick)
    assert with_site_calibration(stick).rung("int8").operating_points["effusion"].threshold == 0.2
