"""What a student is held to, against values worked out by hand."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.nn.functional import normalize

from lightbox_edge.bundle import Bundle
from lightbox_export.distillation import (
    AFFINITY,
    TEMPERATURE,
    affinity_loss,
    contrastive_loss,
    feature_loss,
    map_loss,
)
from lightbox_export.roles import CAPTIONS, image_teacher


def unit(count: int, dimensions: int, seed: int) -> Tensor:
    return normalize(torch.randn(count, dimensions, generator=torch.Generator().manual_seed(seed)), dim=-1)


def test_the_feature_loss_is_one_minus_the_mean_cosine() -> None:
    student, teacher = torch.tensor([[1.0, 0.0], [0.0, 1.0]]), torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    assert float(feature_loss(student, teacher)) == pytest.approx((0 + 1) / 2)
    assert float(feature_loss(student, -student)) == pytest.approx(2)
    assert float(feature_loss(3 * teacher, teacher)) == pytest.approx(0, abs=1e-6)


def test_the_feature_loss_of_maps_is_a_mean_over_places() -> None:
    teacher = torch.tensor([[[[1.0, 0.0]], [[0.0, 1.0]]]])  # (1, 2 channels, 1, 2)
    student = torch.tensor([[[[1.0, 1.0]], [[0.0, 0.0]]]])
    assert float(feature_loss(student, teacher)) == pytest.approx(0.5)


def test_the_map_loss_is_in_units_of_the_teachers_variance() -> None:
    """Teacher 0, 2, 2, 0: variance 4/3. Student 2, 0, 0, 2: squared error 4, cosine 0 at both places."""
    teacher = torch.tensor([[[[0.0, 2.0]], [[2.0, 0.0]]]])
    student = torch.tensor([[[[2.0, 0.0]], [[0.0, 2.0]]]])
    assert float(map_loss(student, teacher)) == pytest.approx(4 / (4 / 3) + 1)
    assert float(map_loss(7 * student, 7 * teacher)) == pytest.approx(4)
    assert float(map_loss(teacher, teacher)) == pytest.approx(0, abs=1e-6)


def test_the_affinity_loss_by_hand() -> None:
    """Each row tells the other two films apart; the teacher evenly, the student by 0.6 for row 0."""
    teacher = torch.eye(3)
    student = torch.tensor([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]])
    products = {(0, 1): 0.6, (0, 2): 0.0, (1, 2): 0.8}
    total = 0.0
    for row in range(3):
        others = [products[min(row, one), max(row, one)] / TEMPERATURE for one in range(3) if one != row]
        whole = math.log(sum(math.exp(one) for one in others))
        total += sum(0.5 * (math.log(0.5) - (one - whole)) for one in others)
    assert float(affinity_loss(student, teacher)) == pytest.approx(total / 3, rel=1e-5)


def test_affinity_is_zero_at_equality_and_positive_elsewhere() -> None:
    ours, theirs = unit(6, 8, 0), unit(6, 8, 1)
    assert float(affinity_loss(theirs, theirs)) == pytest.approx(0, abs=1e-6)
    assert float(affinity_loss(ours, theirs)) > 0.1


def test_affinity_ignores_the_diagonal_and_the_axes() -> None:
    theirs = unit(5, 5, 2)
    longer = torch.cat([theirs, 3 * torch.eye(5)], dim=1)  # each film farther out, on an axis of its own
    assert float(affinity_loss(longer, theirs)) == pytest.approx(0, abs=1e-6)
    turn = torch.linalg.qr(torch.randn(5, 5, generator=torch.Generator().manual_seed(3))).Q
    assert float(affinity_loss(theirs @ turn, theirs)) == pytest.approx(0, abs=1e-5)
    assert float(affinity_loss(unit(2, 5, 4), unit(2, 5, 5))) == pytest.approx(0, abs=1e-6)


def test_the_contrastive_loss_by_hand() -> None:
    pairs = torch.eye(2)
    assert float(contrastive_loss(pairs, pairs, 3.0)) == pytest.approx(math.log(1 + math.exp(-3)))
    assert float(contrastive_loss(pairs, pairs.flip(0), 3.0)) == pytest.approx(math.log(1 + math.exp(3)))
    assert float(contrastive_loss(unit(7, 4, 0), unit(7, 4, 1), 0.0)) == pytest.approx(math.log(7))


def test_an_image_students_loss_counts_captions_where_there_are_two(teacher_bundle: Bundle) -> None:
    _, role = image_teacher(teacher_bundle)
    features, told, spoken = unit(4, 32, 0), unit(4, 32, 1), unit(4, 32, 2)
    pixels = torch.zeros(4, 1, 2, 2)
    plain = float(feature_loss(features, told) + AFFINITY * affinity_loss(features, told))
    assert float(role.loss(features, (pixels, told, torch.zeros(4, 0)))) == pytest.approx(plain)
    spoken[0] = spoken[2] = 0
    two = float(contrastive_loss(features[1::2], spoken[1::2], teacher_bundle.manifest.logit_scale))
    assert float(role.loss(features, (pixels, told, spoken))) == pytest.approx(plain + CAPTIONS * two)
    spoken[1] = 0
    assert float(role.loss(features, (pixels, told, spoken))) == pytest.approx(plain)
