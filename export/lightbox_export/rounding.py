"""Weights that learn to live with INT8: rounded while a batch passes, trained as if they had not been.

Without this EfficientNet-Lite0 lost its features in 7-bit weights (mean cosine to fp32 0.94, 0.99 in
8 bits); batch normalisation, folded in later, scales whole output channels and so leaves the grid alone.
Bengio et al., 2013 (straight-through estimator); Jacob et al., CVPR 2018 (training for integers).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

# Symmetric, per output channel, and of 7 bits, see `lightbox_quantize.ort_graphs`.
LEVELS = 64


def on_grid(weight: Tensor) -> Tensor:
    """The nearest weight on the INT8 grid of its output channels (the first axis)."""
    largest = weight.abs().amax(dim=tuple(range(1, weight.ndim)), keepdim=True).clamp(min=1e-8)
    step = largest / LEVELS
    return (weight / step).round() * step


@torch.no_grad()
def round_weights(network: nn.Module) -> list[tuple[Tensor, Tensor]]:
    """Round every convolution's and linear layer's weight in place; returns (weight, what it was)."""
    weights = [layer.weight for layer in network.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    before = [(weight, weight.detach().clone()) for weight in weights]
    for weight in weights:
        weight.copy_(on_grid(weight))
    return before


@contextmanager
def rounded(network: nn.Module) -> Iterator[None]:
    """Round the weights, and give them back on leaving; gradients are those of the rounded ones."""
    before = round_weights(network)
    try:
        yield
    finally:
        with torch.no_grad():
            for weight, value in before:
                weight.copy_(value)
