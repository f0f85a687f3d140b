"""Weights that learn to live with INT8: rounded in the forward pass, trained straight through it.

Without this EfficientNet-Lite0 lost its features in 7-bit weights (mean cosine to fp32 0.94, 0.99 in
8 bits); batch normalisation, folded in later, scales whole output channels and so leaves the grid alone.
Bengio et al., 2013 (straight-through estimator); Jacob et al., CVPR 2018 (training for integers).
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.utils import parametrize

# Symmetric, per output channel, and of 7 bits, see `lightbox_quantize.graphs`.
LEVELS = 64


class Rounded(nn.Module):
    """A weight on its INT8 grid; the gradient passes as if it had not been rounded."""

    def forward(self, weight: Tensor) -> Tensor:
        largest = weight.abs().amax(dim=tuple(range(1, weight.ndim)), keepdim=True).clamp(min=1e-8)
        step = largest / LEVELS
        return weight + ((weight / step).round() * step - weight).detach()


def round_weights(network: nn.Module) -> None:
    """Round every convolution's and linear layer's weight from now on."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            parametrize.register_parametrization(layer, "weight", Rounded())


def keep_rounded(network: nn.Module) -> None:
    """Make the rounded weights the weights, for export."""
    for layer in network.modules():
        if parametrize.is_parametrized(layer):
            parametrize.remove_parametrizations(layer, "weight", leave_parametrized=True)
