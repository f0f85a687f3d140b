"""Networks that learn to live with INT8: rounded while a batch passes, trained as if they had not been.

Weights are rounded to their grid, and so is what each layer is given, but for the first ones, which the
quantizer leaves in fp32. Without rounded weights EfficientNet-Lite0 lost its features in 7 bits (mean cosine
to fp32 0.94, 0.99 in 8 bits); batch normalisation, folded in later, scales whole output channels and so
leaves the grid alone.
Bengio et al., 2013 (straight-through estimator); Jacob et al., CVPR 2018 (training for integers).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

# Symmetric, per output channel, and of 7 bits, see `lightbox_quantize.ort_graphs`.
LEVELS = 64
# Convolutions and linear layers whose input is not rounded; `lightbox_quantize.onnx_graphs` keeps more.
FIRST_IN_INT8 = 5


def on_grid(weight: Tensor) -> Tensor:
    """The nearest weight on the INT8 grid of its output channels (the first axis)."""
    largest = weight.abs().amax(dim=tuple(range(1, weight.ndim)), keepdim=True).clamp(min=1e-8)
    step = largest / LEVELS
    return (weight / step).round() * step


def round_activation(activation: Tensor) -> Tensor:
    """The nearest of 256 steps from the least (or 0) to the largest, as static quantization stores it."""
    low = activation.detach().amin().clamp(max=0)
    step = ((activation.detach().amax() - low) / 255).clamp(min=1e-8).float()
    zero = (-low / step).round().to(torch.int32)
    return torch.fake_quantize_per_tensor_affine(activation, step, zero, 0, 255)


@torch.no_grad()
def round_weights(network: nn.Module) -> list[tuple[Tensor, Tensor]]:
    """Round every convolution's and linear layer's weight in place; returns (weight, what it was)."""
    weights = [layer.weight for layer in _layers(network)]
    before = [(weight, weight.detach().clone()) for weight in weights]
    for weight in weights:
        weight.copy_(on_grid(weight))
    return before


@contextmanager
def rounded(network: nn.Module) -> Iterator[None]:
    """Round weights and activations, and undo it on leaving; gradients are those of the rounded ones."""
    before = round_weights(network)
    hooks = [layer.register_forward_pre_hook(_round_input) for layer in _layers(network)[FIRST_IN_INT8:]]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
        with torch.no_grad():
            for weight, value in before:
                weight.copy_(value)


def _round_input(layer: nn.Module, given: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return (round_activation(given[0]), *given[1:])


def _layers(network: nn.Module) -> list[nn.Conv2d | nn.Linear]:
    return [layer for layer in network.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
