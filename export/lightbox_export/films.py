"""Training films, preprocessed by the edge's own code, augmented as anatomy allows."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from lightbox_export.markers import paste_letters


def draw_turns(count: int, chance: torch.Generator) -> Tensor:
    """Turns, zooms and shifts as anatomy allows, (N, 2, 3), from places on the result to places on the film.

    Places are -1 to 1 in both directions. Nothing is mirrored, for the heart lies left.
    """
    angle, zoom = _draw(count, chance, -12, 12) * math.pi / 180, _draw(count, chance, 0.75, 1.1)
    stretch = _draw(count, chance, 0.93, 1.07)
    turns = torch.zeros(count, 2, 3)
    turns[:, 0, 0], turns[:, 0, 1] = angle.cos() * zoom * stretch, -angle.sin() * zoom
    turns[:, 1, 0], turns[:, 1, 1] = angle.sin() * zoom, angle.cos() * zoom / stretch
    turns[:, 0, 2], turns[:, 1, 2] = _draw(count, chance, -0.1, 0.1), _draw(count, chance, -0.1, 0.1)
    return turns


def places(turns: Tensor, size: int) -> Tensor:
    """Where the pixels of a result of that side lie on the film, (N, size, size, 2), x and y from -1 to 1."""
    return functional.affine_grid(turns, [len(turns), 1, size, size], align_corners=False)


def augment(films: Tensor, turns: Tensor, chance: torch.Generator, size: int) -> Tensor:
    """Turn films, then blur, re-expose and mark them at random.

    Args:
        films: (N, 1, H, W) normalised pixels, black at their minimum.
        turns: (N, 2, 3), of `draw_turns`.
        chance: where all randomness comes from.
        size: the side of the result in pixels.
    """
    black = films.amin()
    turned = functional.grid_sample(films - black, places(turns, size), align_corners=False)
    return retone(turned, chance) + black


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
