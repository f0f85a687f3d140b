"""The two image encoders that a student can stand in for: the bundle's own, and its segmenter's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from lightbox_edge.bundle import Bundle
from lightbox_edge.errors import LightboxError
from lightbox_edge.loading import load_films, read_film
from lightbox_edge.preprocess import OVERSAMPLING
from lightbox_edge.segmenting import film_pixels
from lightbox_export.distil import Batch, Role
from lightbox_export.distillation import (
    AFFINITY,
    affinity_loss,
    contrastive_loss,
    feature_loss,
    map_loss,
)
from lightbox_export.films import expose
from lightbox_export.lessons import Lessons, Teacher
from lightbox_export.students import ImageStudent, SegmenterStudent, StudentSpec

CAPTIONS = 0.1  # weight of the contrastive loss: captions are few, and the teacher knows them already


def image_teacher(bundle: Bundle) -> tuple[Teacher, Role]:
    """The bundle's image encoder, and how its student learns."""
    manifest = bundle.manifest

    def prepare(film: Path) -> NDArray[np.float32]:
        pixels: NDArray[np.float32] = load_films([film], manifest.preprocessing)[0]
        return pixels

    def loss(features: Tensor, batch: Batch) -> Tensor:
        _, told, captions = batch
        total = feature_loss(features, told) + AFFINITY * affinity_loss(features, told)
        spoken = captions.abs().sum(dim=1) > 0
        if int(spoken.sum()) > 1:
            total = total + CAPTIONS * contrastive_loss(
                features[spoken], captions[spoken], manifest.logit_scale
            )
        return total

    model = bundle.read(bundle.rung("fp32").image_encoder)
    return Teacher(model, "image_features", prepare, str(manifest.preprocessing)), Role(loss, expose)


def segmenter_teacher(bundle: Bundle) -> tuple[Teacher, Role]:
    """The image encoder of the bundle's segmenter, and how its student learns."""
    segmenter = bundle.manifest.segmenter
    if segmenter is None or "fp32" not in segmenter.ladder:
        raise LightboxError(f"The bundle {bundle.manifest.name} has no fp32 segmenter: export one first.")
    size = segmenter.input_size

    def prepare(film: Path) -> NDArray[np.float32]:
        return film_pixels(read_film(film, round(OVERSAMPLING * size)), size)

    def loss(features: Tensor, batch: Batch) -> Tensor:
        return map_loss(features, batch[1])

    model = bundle.read(segmenter.ladder["fp32"].image_encoder)
    return Teacher(model, "image_embedding", prepare, f"film_pixels {size}"), Role(loss, expose)


def new_student(spec: StudentSpec, role: str, lessons: Lessons) -> nn.Module:
    """A student whose input and output have the shapes of the lessons."""
    pixels, features, _ = lessons[0]
    if role == "image_encoder":
        return ImageStudent(spec, pixels.shape[-1], features.shape[-1])
    student = SegmenterStudent(spec, pixels.shape[-1], features.shape[0])
    given = student.eval()(pixels[None]).shape[1:]
    if given != features.shape:
        raise LightboxError(
            f"{spec.name} would give maps of {tuple(given)} where the teacher's are {tuple(features.shape)}: "
            "choose another student."
        )
    student.expect(features[None])
    return student


def similarity(student: nn.Module, lessons: Lessons) -> float:
    """Mean cosine of a student's features to its teacher's, over films and, for maps, over places."""
    student.eval()
    total = 0.0
    for index in range(len(lessons)):
        pixels, told, _ = lessons[index]
        given = student(pixels[None]).detach()
        total += float(functional.cosine_similarity(given, told[None], dim=1).mean())
    return total / len(lessons)
