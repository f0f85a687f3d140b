"""Erasing: all that belongs to a worklist goes, overwritten, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lightbox_edge import LightboxError
from lightbox_edge.worklist_files.erasing import erase
from lightbox_edge.worklist_files.wiping import wipe
from tests.processes import held

OURS = ("-wal", "-shm", ".last-good", ".last-good-2026-11-22-120000", ".damaged-2026-11-22-120000",
        ".before-encryption", ".new-2026-11-22-120000", ".before-merge")  # fmt: skip
HIDDEN = ("last-good.x", "unfinished-x", "merging/0/t.worklist", "merging/0/t.worklist-wal")
OTHERS = (
    "clinic.worklist2",
    "clinic.csv",
    "clinic.worklist.pdf",
    "other.worklist",
    "other.worklist.last-good",
    ".clinic.worklist.pdf.unfinished-x",
)


def test_all_that_belongs_to_it_goes_and_nothing_else(path: Path) -> None:
    ours = [
        path,
        *(path.with_name(path.name + end) for end in OURS),
        *(path.parent / f".{path.name}.{end}" for end in HIDDEN),
        path.with_name(f"{path.name}.referrals") / "0.json",
    ]
    for one in ours[1:]:
        one.parent.mkdir(parents=True, exist_ok=True)
        one.write_bytes(b"a patient")
    for name in OTHERS:
        path.with_name(name).write_bytes(b"not ours")
    assert sorted(erase(path)) == sorted(ours)
    assert sorted(one.name for one in path.parent.iterdir()) == sorted(OTHERS)
    with pytest.raises(LightboxError, match="There is no worklist"):
        erase(path)


def test_what_is_removed_is_overwritten_before(tmp_path: Path) -> None:
    path = tmp_path / "one"
    path.write_bytes(b"Ayodele" * 400_000)
    handle = os.open(path, os.O_RDONLY)
    try:
        wipe(path)
        assert not path.exists()
        left = os.read(handle, 10_000_000)
    finally:
        os.close(handle)
    assert left == bytes(2_800_000)


def test_another_program_that_holds_it_stops_it(path: Path) -> None:
    with held(path):
        before = path.read_bytes()
        with pytest.raises(LightboxError, match="is open in another program"):
            erase(path)
        assert path.read_bytes() == before
    erase(path)


def test_a_link_to_a_folder_elsewhere_is_not_followed(path: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "film.dcm").write_bytes(b"not ours")
    path.with_name(f"{path.name}.referrals").symlink_to(elsewhere)
    assert erase(path) == [path]
    assert (elsewhere / "film.dcm").exists()
