"""Training films, preprocessed by the edge's own code, augmented as anatomy allows."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from lightbox_export.markers import paste_letters


def augment(films: Tensor, chance: torch.Generator, size: int) -> Tensor:
    """Turn, shift, zoom, blur, re-expose and mark films; never mirror them, for the heart lies left.

    Args:
        films: (N, 1, H, W) normalised pixels, black at their minimum.
        chance: where all randomness comes from.
        size: the side of the result in pixels.
    """
    grid = turns(len(films), chance, size)
    black = films.amin()
    return retone(functional.grid_sample(films - black, grid, align_corners=False), chance) + black


def turns(count: int, chance: torch.Generator, size: int) -> Tensor:
    """Small turns, shifts and zooms as grids, (N, size, size, 2), for `functional.grid_sample`."""
    angle, zoom = _draw(count, chance, -12, 12) * math.pi / 180, _draw(count, chance, 0.75, 1.1)
    stretch = _draw(count, chance, 0.93, 1.07)
    turn = torch.zeros(count, 2, 3)
    turn[:, 0, 0], turn[:, 0, 1] = angle.cos() * zoom * stretch, -angle.sin() * zoom
    turn[:, 1, 0], turn[:, 1, 1] = angle.sin() * zoom, angle.cos() * zoom / stretch
    turn[:, 0, 2], turn[:, 1, 2] = _draw(count, chance, -0.1, 0.1), _draw(count, chance, -0.1, 0.1)
    return functional.affine_grid(turn, [count, 1, size, size], align_corners=False)


def retone(films: Tensor, chance: torch.Generator) -> Tensor:
    """Re-expose, blur and mark films (N, 1, S, S), black at 0, and leave every place where it is."""
    count, brightest = len(films), films.amax()
    exposed = (films / brightest.clamp(min=1e-3)) ** _draw(count, chance, 0.75, 1.35).view(-1, 1, 1, 1)
    exposed = exposed * brightest * _draw(count, chance, 0.85, 1.15).view(-1, 1, 1, 1)
    return paste_letters(_mark(_blur(exposed, chance), chance), chance)


def _draw(count: int, chance: torch.Generator, low: float, high: float) -> Tensor:
    return torch.empty(count).uniform_(low, high, generator=chance)


def expose(films: Tensor, chance: torch.Generator) -> Tensor:
    """Re-expose films (N, 1, H, W) and leave every place where it is, for a teacher saw the same picture."""
    low, high = films.amin(dim=(1, 2, 3), keepdim=True), films.amax(dim=(1, 2, 3), keepdim=True)
    reach = (high - low).clamp(min=1e-3)
    gamma = torch.empty(len(films), 1, 1, 1).uniform_(0.75, 1.35, generator=chance)
    return ((films - low) / reach) ** gamma * reach + low


def _blur(films: Tensor, chance: torch.Generator) -> Tensor:
    """Take half of the films through a smaller size, so that sharpness tells nothing of the source."""
    blurred = films.clone()
    side = films.shape[-1]
    for index in range(len(films)):
        if torch.rand((), generator=chance) < 0.5:
            small = int(torch.randint(48, side, (), generator=chance))
            one = functional.interpolate(films[index : index + 1], size=(small, small), mode="area")
            blurred[index] = functional.interpolate(one, size=(side, side), mode="bicubic")[0]
    return blurred


def _mark(films: Tensor, chance: torch.Generator) -> Tensor:
    """Paste a gray rectangle near a border of a third of the films: not every marker is letters."""
    side = films.shape[-1]
    marked = films.clone()
    for index in range(len(films)):
        if torch.rand((), generator=chance) < 0.33:
            height, width = (int(torch.randint(4, side // 6, (), generator=chance)) for _ in "hw")
            top = int(torch.randint(0, side - height, (), generator=chance))
            left = 0 if torch.rand((), generator=chance) < 0.5 else side - width
            value = films.amax() * torch.rand((), generator=chance)
            marked[index, :, top : top + height, left : left + width] = value
    return marked
