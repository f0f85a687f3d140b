"""What a student is held to: its teacher's features, and how films lie to one another in them.

Feature loss: FD of CLIP-KD (Yang et al., CVPR 2024) and MobileSAM's decoupled distillation (Zhang et al.,
2023). Affinity loss: TinyCLIP (Wu et al., ICCV 2023), the image-to-image side, which needs no captions.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

TEMPERATURE = 0.1  # of the affinities; L2-normalised features of chest films lie within about 0.3
AFFINITY = 0.5  # weight of the affinity loss beside the feature loss


def feature_loss(student: Tensor, teacher: Tensor) -> Tensor:
    """1 - cosine, the mean over films and, for maps (N, C, H, W), over places."""
    return (1 - functional.cosine_similarity(student, teacher, dim=1)).mean()


def map_loss(student: Tensor, teacher: Tensor) -> Tensor:
    """Mean squared error of embeddings (N, C, H, W) in units of the teacher's variance, with their cosine."""
    return functional.mse_loss(student, teacher) / teacher.var() + feature_loss(student, teacher)


def affinity_loss(student: Tensor, teacher: Tensor) -> Tensor:
    """Cross-entropy between the films' similarities to each other, both (N, dimensions), L2-normalised."""
    hide = torch.eye(len(student), dtype=torch.bool, device=student.device)
    told = (teacher @ teacher.T / TEMPERATURE).masked_fill(hide, -1e4).softmax(dim=-1)
    said = (student @ student.T / TEMPERATURE).masked_fill(hide, -1e4).log_softmax(dim=-1)
    return functional.kl_div(said, told, reduction="batchmean")


def contrastive_loss(student: Tensor, captions: Tensor, scale: float) -> Tensor:
    """InfoNCE between films and their captions, (N, dimensions) each, L2-normalised (CLIP, 2021)."""
    logits = scale * student @ captions.T
    target = torch.arange(len(student), device=student.device)
    return (functional.cross_entropy(logits, target) + functional.cross_entropy(logits.T, target)) / 2
