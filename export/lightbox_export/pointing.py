"""Readers' boxes as a lesson: what is said of a film must come from where the reader saw it.

The logit of a film is the mean of its patches' logits, for pooling is the mean and the projection linear.
Where a reader drew boxes, the softmax over the patches must lie in them (Li et al., CVPR 2018, learn from
boxes and image labels together in the same network).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from lightbox_export.films import places
from lightbox_export.labels import Box


def inside(boxes: Sequence[Box], turn: Tensor, grid: int) -> dict[int, Tensor]:
    """By finding, which patches of a turned film lie in its boxes, (grid * grid,) bool, row by row.

    A patch lies where its centre does. A finding whose boxes hold no centre is left out.

    Args:
        boxes: of one film as it was read.
        turn: (2, 3), of `draw_turns`.
        grid: patches along a side.
    """
    x, y = (places(turn[None], grid)[0].reshape(-1, 2).T + 1) / 2
    held: dict[int, Tensor] = {}
    for finding, left, top, right, bottom in boxes:
        within = (left <= x) & (x <= right) & (top <= y) & (y <= bottom)
        held[finding] = held.get(finding, torch.zeros_like(within)) | within
    return {finding: patches for finding, patches in held.items() if patches.any()}


def place_loss(patch_logits: Tensor, boxes: Sequence[Sequence[Box]], turns: Tensor) -> Tensor:
    """Mean over films and findings with boxes of -log of the softmax that lies in them; 0 without any.

    Args:
        patch_logits: (N, patches, findings), a square grid row by row.
        boxes: of each film.
        turns: (N, 2, 3), how each film was turned.
    """
    grid = round(patch_logits.shape[1] ** 0.5)
    log_shares = patch_logits.log_softmax(dim=1)
    losses = [
        -log_shares[film, patches, finding].logsumexp(dim=0)
        for film, drawn in enumerate(boxes)
        for finding, patches in inside(drawn, turns[film], grid).items()
    ]
    return torch.stack(losses).mean() if losses else patch_logits.new_zeros(())
