"""Several trained pairs as one: the log-odds of the whole are the mean of theirs.

Networks that differ in their seed alone err on different films, so their mean errs less, and moves less when
a film is stored in another way (Lakshminarayanan et al., NeurIPS 2017). Their features are joined end to end,
weighted so that both sides keep length 1 and one product with one scale gives that mean: whoever runs the
bundle sees one network.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from lightbox_export.networks import ImageEncoder
from lightbox_export.train import Pair


class ImageEnsemble(nn.Module):
    """What is exported: image_features and patch_features from one pass.

    Takes pixels (N, 1, H, W), gives image_features (N, features), L2-normalised, and patch_features
    (N, patches, features), whose mean is image_features; all float32. The stages that training froze are
    alike in all members, so they are run once.
    """

    def __init__(self, pairs: Sequence[Pair]) -> None:
        super().__init__()
        self.members = nn.ModuleList(pair.image for pair in pairs)
        self.roots = _roots(pairs)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        members = [cast(ImageEncoder, member) for member in self.members]
        maps = members[0].trunk(pixels)
        films, patches = [], []
        for member, root in zip(members, self.roots, strict=True):
            film, its = member.look_on(maps)
            length = film.norm(dim=-1, keepdim=True).clamp(min=1e-6)
            films.append(root * film / length)
            patches.append(root * its / length[:, None])
        return torch.cat(films, -1), torch.cat(patches, -1)


class AdapterEnsemble(nn.Module):
    """The text adapters joined likewise: pooled sentences (N, hidden) to (N, features), L2-normalised."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        super().__init__()
        self.members = nn.ModuleList(pair.adapter for pair in pairs)
        self.roots = _roots(pairs)

    def forward(self, pooled: Tensor) -> Tensor:
        told = [functional.normalize(member(pooled), dim=-1) for member in self.members]
        return torch.cat([root * one for root, one in zip(self.roots, told, strict=True)], -1)


def logit_scale(pairs: Sequence[Pair]) -> float:
    """What the product of the joined features is multiplied with."""
    return float(_scales(pairs).mean())


def _scales(pairs: Sequence[Pair]) -> Tensor:
    return torch.stack([pair.log_scale.detach().exp() for pair in pairs])


def _roots(pairs: Sequence[Pair]) -> list[float]:
    """The weight of each member's features on either side; a member with a steeper scale says more."""
    scales = _scales(pairs)
    weights: list[float] = (scales / scales.sum()).sqrt().tolist()
    return weights
