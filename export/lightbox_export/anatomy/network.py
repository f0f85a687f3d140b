"""The network that finds the lungs: the first stages of EfficientNet-Lite0 and a light way back up."""

from __future__ import annotations

from typing import Any

import timm
import torch
from torch import Tensor, nn
from torch.nn import functional

from lightbox_export.student_weights import start_from
from lightbox_export.students import find_student

BACKBONE = "efficientnet_lite0"
STAGES = 5  # of seven: the last two, at stride 32, hold three quarters of the weights
FROZEN = 3  # of the stages, with the stem: ImageNet's edges serve as they are, and cost no gradients
WIDTH = 32  # channels in which three strides meet


class AnatomyNetwork(nn.Module):
    """Pixels (N, 1, S, S), 0 to 1, to the logits of each target's mask, (N, targets, S / 4, S / 4).

    A feature pyramid (Lin et al., CVPR 2017) over strides 4, 8 and 16; ReLU6 throughout, for INT8.
    """

    def __init__(self, targets: int) -> None:
        super().__init__()
        self.backbone = timm.create_model(BACKBONE, features_only=True, out_indices=(1, 2, 3), in_chans=1)
        start_from(self.backbone, find_student(BACKBONE), None)
        self.backbone.blocks = self.backbone.blocks[:STAGES]  # type: ignore[index]  # a Sequential
        widths: list[int] = self.backbone.feature_info.channels()  # type: ignore[operator,union-attr]  # timm's record
        self.laterals = nn.ModuleList(_layer(width, 1) for width in widths)
        self.smooth = nn.Sequential(_layer(WIDTH, 3), nn.ReLU6(), _layer(WIDTH, 3), nn.ReLU6())
        self.head = nn.Conv2d(WIDTH, targets, 1)

    def learning(self, rate: float) -> list[dict[str, Any]]:
        """What learns, for an optimiser: the backbone's later stages at half the rate."""
        for part in (self.backbone.conv_stem, self.backbone.bn1, *self.backbone.blocks[:FROZEN]):  # type: ignore[index]  # a Sequential
            part.requires_grad_(False)
        later = [one for one in self.backbone.parameters() if one.requires_grad]
        new = [*self.laterals.parameters(), *self.smooth.parameters(), *self.head.parameters()]
        return [{"params": later, "lr": rate / 2}, {"params": new, "lr": rate}]

    def forward(self, pixels: Tensor) -> Tensor:
        fine, middle, coarse = (
            lateral(one) for lateral, one in zip(self.laterals, self.backbone(4 * pixels - 2), strict=True)
        )
        middle = middle + functional.interpolate(coarse, scale_factor=2.0, mode="nearest")
        fine = fine + functional.interpolate(middle, scale_factor=2.0, mode="nearest")
        logits: Tensor = self.head(self.smooth(fine))
        return logits


def _layer(width: int, kernel: int) -> nn.Sequential:
    convolution = nn.Conv2d(width, WIDTH, kernel, padding=kernel // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(WIDTH))


def loss(logits: Tensor, masks: Tensor) -> Tensor:
    """Cross-entropy and soft Dice (Milletari et al., 2016) of logits against masks (N, targets, S, S)."""
    large = functional.interpolate(logits, size=masks.shape[-2:], mode="bilinear", align_corners=False)
    shares = torch.sigmoid(large)
    both = (shares * masks).sum((2, 3))
    dice = (2 * both + 1) / (shares.sum((2, 3)) + masks.sum((2, 3)) + 1)
    return functional.binary_cross_entropy_with_logits(large, masks) + (1 - dice).mean()
