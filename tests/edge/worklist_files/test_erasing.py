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
        ".before-encryption", ".new-2026-11-22-120000")  # fmt: skip
OTHERS = (
    "clinic.worklist2",
    "clinic.csv",
    "clinic.worklist.pdf",
    "other.worklist",
    "other.worklist.last-good",
)


def test_all_that_belongs_to_it_goes_and_nothing_else(path: Path) -> None:
    ours = [
        path,
        *(path.with_name(path.name + end) for end in OURS),
        path.with_name(f".{path.name}.last-good.x"),
    ]
    for one in ours[1:]:
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
