"""Bundle in, bundle out: a student takes the place of an image encoder, and everything is measured again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from torch import nn

from lightbox_edge.bundle import Bundle, open_bundle, verify_bundle
from lightbox_edge.errors import LightboxError
from lightbox_edge.labels import LabelledFilm, read_labels
from lightbox_edge.loading import read_film
from lightbox_edge.unlabelled import film_sources
from lightbox_export.captions import read_captions
from lightbox_export.distil import Plan, distil
from lightbox_export.lessons import prepare_lessons
from lightbox_export.roles import image_teacher, new_student, segmenter_teacher, similarity
from lightbox_export.student_bundle import with_image_student, with_segmenter_student
from lightbox_export.student_weights import start_from
from lightbox_export.students import find_student
from lightbox_export.to_onnx import to_onnx

RoleName = Literal["image_encoder", "segmenter"]
HELD_OUT = 64  # films, which the student never learns from, that tell whether it learned
ONE_IN = 10  # unlabelled films of a folder are held out


@dataclass(frozen=True, slots=True)
class Learned:
    """Mean cosine to the teacher on ``films`` held-out films, before and after; ``parameters`` in all."""

    films: int
    before: float
    after: float
    parameters: int


def distill(
    source: Path,
    student_name: str,
    role_name: RoleName,
    images: Path,
    labels: Path | None,
    out: Path,
    plan: Plan,
    captions: Path | None = None,
    weights: Path | None = None,
) -> Learned:
    """Teach a student and write the bundle with it in its teacher's place, in fp32.

    The teacher's features and the checkpoint lie beside ``out``; a run that was cut off goes on from there.

    Args:
        source: the teacher's bundle, with its fp32 rung.
        student_name: a row of students.toml.
        role_name: whose place it takes.
        images: films to learn from; labels are relative to it.
        labels: a table as `lightbox_edge.labels` reads it: part train teaches, part test is held out, and
            the student's operating points are measured. None holds out a tenth, by content.
        out: the new bundle's folder.
        plan: how to train; its purpose is filled in here.
        captions: CSV with the columns file and text, for a contrastive loss beside.
        weights: what the student starts from instead of its packaged weights.

    Raises:
        LightboxError: a file is wrong, the checkpoint is of another training, or the student's graph
            differs from torch; nothing is written then.
    """
    spec = find_student(student_name)
    bundle = open_bundle(source)
    verify_bundle(bundle)
    teacher, role = (image_teacher if role_name == "image_encoder" else segmenter_teacher)(bundle)
    films = read_labels(labels, images, _findings(bundle)) if labels else None
    taught, held_out = _parts(films) if films else _tenth(images)
    cache = out.with_name(f"{out.name}.teacher")
    spoken = read_captions(captions, images, taught, bundle) if captions else None
    lessons = prepare_lessons(teacher, taught, cache, spoken)
    examination = prepare_lessons(teacher, held_out, cache)

    torch.manual_seed(plan.seed)
    student = new_student(spec, role_name, lessons)
    start_from(_backbone(student), spec, weights)
    before = similarity(student, examination)
    purpose = f"{role_name} {spec.name} of {teacher.key()} on {lessons.key()}: {plan}"
    checkpoint = out.with_name(f"{out.name}.checkpoint.pt")
    learned = distil(student, role, lessons, replace(plan, purpose=purpose), checkpoint)
    after = similarity(learned, examination)

    example = torch.stack([examination[index][0] for index in range(min(4, len(examination)))])
    graph = to_onnx(learned, {"pixels": example}, (teacher.output,), dynamic=1)
    story = f"{spec.name} distilled from it on {len(taught)} films"
    if role_name == "image_encoder":
        with_image_student(bundle, graph, story, films, images, out)
    else:
        with_segmenter_student(bundle, graph, story, out)
    return Learned(len(examination), before, after, sum(one.numel() for one in learned.parameters()))


def _findings(bundle: Bundle) -> list[str]:
    return [finding.name for finding in bundle.manifest.findings]


def _backbone(student: nn.Module) -> nn.Module:
    backbone: nn.Module = student.get_submodule("backbone")
    return backbone


def _parts(films: Sequence[LabelledFilm]) -> tuple[list[Path], list[Path]]:
    taught = [film.file for film in films if film.part == "train"]
    tests = [film.file for film in films if film.part == "test"]
    if not taught or len(tests) < 2:
        raise LightboxError("The labels name no films of part train, or fewer than 2 of part test: add some.")
    places = np.linspace(0, len(tests) - 1, min(HELD_OUT, len(tests))).astype(int)
    return taught, [tests[place] for place in places]


def _tenth(images: Path) -> tuple[list[Path], list[Path]]:
    """A tenth of a folder's films, by content, is held out; the same patient may be on both sides."""
    taught: list[Path] = []
    held_out: list[Path] = []
    for source in film_sources(images):
        film = Path(source.location)
        if source.members or not _is_film(film):
            continue
        content = int(hashlib.sha256(film.read_bytes()).hexdigest(), 16)
        (taught if content % ONE_IN else held_out).append(film)
    if not taught or len(held_out) < 2:
        raise LightboxError(f"{images} holds too few films to learn from: name a folder of some hundred.")
    return taught, held_out[:HELD_OUT]


def _is_film(file: Path) -> bool:
    """Whether a file of a folder is a picture that can be read; tables and documents lie there too."""
    try:
        read_film(file, 1)
    except LightboxError:
        return False
    return True
