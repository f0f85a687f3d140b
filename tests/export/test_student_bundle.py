"""A student's bundle is one of words: what its teacher's weighed beside them was tested with the teacher."""

from __future__ import annotations

from pathlib import Path

import msgspec

from lightbox_edge.bundle import Bundle, open_bundle, verify_bundle
from lightbox_edge.manifest import Evidence
from lightbox_export.student_bundle import with_image_student
from tests.hearts import HEART, write_hearts
from tests.tiny import image_encoder, with_anatomy, write_bundle


def test_a_students_findings_have_no_evidence(tmp_path: Path) -> None:
    films = write_hearts(tmp_path / "films", 8)
    plain = write_bundle(tmp_path / "plain", films, segmenter=False, finding=HEART)
    teacher = with_anatomy(plain, tmp_path / "teacher")
    weighed = msgspec.structs.replace(HEART, evidence=Evidence("cardiothoracic_ratio", 12.0, 0.5))
    manifest = msgspec.structs.replace(teacher.manifest, findings=(weighed,))
    teacher = Bundle(teacher.folder, manifest, teacher.identity)
    with_image_student(teacher, image_encoder(), "A student", None, tmp_path / "films", tmp_path / "out")
    student = open_bundle(tmp_path / "out")
    verify_bundle(student)
    assert student.manifest.anatomy == teacher.manifest.anatomy
    assert student.manifest.findings == (HEART,)
