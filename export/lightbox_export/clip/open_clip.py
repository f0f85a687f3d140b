"""open_clip models from a folder as they are published, BiomedCLIP among them (Ilharco et al., 2021).

The folder holds ``open_clip_config.json``, the weights, and the tokenizer's files if it is not CLIP's own.
open_clip would ask the hub for the configuration of a text tower of Hugging Face; here it is read from a
``config.json`` in the folder, or it is one of those known by name.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import open_clip
from open_clip.factory import load_checkpoint
from open_clip.hf_configs import arch_dict
from open_clip.hf_model import HFTextEncoder
from open_clip.tokenizer import HFTokenizer, SimpleTokenizer
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import CLIPTokenizer

from lightbox_edge.errors import LightboxError
from lightbox_export.clip.source import find_weights
from lightbox_export.clip.teacher import ClipTeacher, GrayImages
from lightbox_export.clip.words import plain_words, set_lengths
from lightbox_export.teachers import Teacher

CONFIG = "open_clip_config.json"

_BERT_BASE = {
    "model_type": "bert",
    "vocab_size": 30522,
    "hidden_size": 768,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "intermediate_size": 3072,
    "max_position_embeddings": 512,
    "type_vocab_size": 2,
    "pad_token_id": 0,
}
TEXT_TOWERS = {
    "microsoft/BiomedNLP-BiomedBERT-base-uncased-abstract": _BERT_BASE,
    "microsoft/BiomedNLP-PubMedBERT-base-uncased-abstract": _BERT_BASE,  # its name until 2023
    "microsoft/BiomedNLP-BiomedBERT-base-uncased-abstract-fulltext": _BERT_BASE,
    "microsoft/BiomedNLP-PubMedBERT-base-uncased-abstract-fulltext": _BERT_BASE,
}


class _HuggingFaceWords(nn.Module):
    """A text tower of Hugging Face; the mask comes with the tokens, so that padding may be trimmed."""

    def __init__(self, tower: HFTextEncoder) -> None:
        super().__init__()
        self.transformer, self.pooler, self.proj = tower.transformer, tower.pooler, tower.proj

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        states = self.transformer(input_ids=input_ids, attention_mask=attention_mask)
        return functional.normalize(self.proj(self.pooler(states, attention_mask)), dim=-1)


class _Words(nn.Module):
    """open_clip's own text tower; its mask has the full length, so nothing is trimmed."""

    def __init__(self, tower: nn.Module) -> None:
        super().__init__()
        self.tower = tower

    def forward(self, input_ids: Tensor) -> Tensor:
        return functional.normalize(self.tower(input_ids), dim=-1)


def load(folder: Path, teacher: Teacher) -> ClipTeacher:
    """Load a folder; reads nothing else, least of all the network."""
    config = _config(folder)
    words = config["text_cfg"]
    weights = find_weights(folder, teacher)
    with tempfile.TemporaryDirectory() as place:
        if "hf_model_name" in words:
            tower = _text_tower(folder, words["hf_model_name"])
            (Path(place) / "config.json").write_text(json.dumps(tower))
            words = words | {"hf_model_name": place, "hf_model_pretrained": False}
        model = open_clip.create_model(
            f"local-dir:{folder}", load_weights=False, force_custom_text=True, text_cfg=words
        )
    load_checkpoint(model, str(weights), weights_only=True)
    model.eval()
    seen = model.visual.preprocess_cfg
    length = int(words.get("context_length", open_clip.tokenizer.DEFAULT_CONTEXT_LENGTH))
    published = open_clip.get_tokenizer(f"local-dir:{folder}")
    masked = isinstance(model.text, HFTextEncoder)
    return ClipTeacher(
        image=GrayImages(model.visual, seen["mean"], seen["std"]),
        text=_HuggingFaceWords(model.text) if masked else _Words(model.text),
        masked=masked,
        tokenizer=_tokenizer(published, length, trims=masked),
        max_tokens=length,
        as_published=lambda sentences: published(list(sentences)),
        logit_scale=float(model.logit_scale.detach().exp()),
        input_size=_side(seen["size"]),
    )


def _config(folder: Path) -> dict[str, Any]:
    if not (folder / CONFIG).is_file():
        raise LightboxError(f"{folder} holds no {CONFIG}: name the folder of an open_clip model.")
    config: dict[str, Any] = json.loads((folder / CONFIG).read_text("utf-8"))["model_cfg"]
    if "multimodal_cfg" in config:
        raise LightboxError(f"{folder} is a CoCa, which also writes captions: name a model with two towers.")
    return config


def _text_tower(folder: Path, name: str) -> dict[str, Any]:
    """The configuration of a text tower of Hugging Face."""
    if (folder / "config.json").is_file():
        found: dict[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
        if found.get("model_type") in arch_dict:
            return found
    if name not in TEXT_TOWERS:
        raise LightboxError(f"The text tower {name} is not known: put its config.json into {folder}.")
    return TEXT_TOWERS[name]


def _tokenizer(published: HFTokenizer | SimpleTokenizer, length: int, trims: bool) -> Tokenizer:
    if isinstance(published, HFTokenizer):
        theirs = published.tokenizer
        tokenizer = Tokenizer.from_str(theirs.backend_tokenizer.to_str())
        if published.clean_fn is open_clip.tokenizer.get_clean_fn("canonicalize"):
            tokenizer.normalizer = plain_words(tokenizer.normalizer)
        return set_lengths(tokenizer, length, trims, theirs.pad_token_id, theirs.pad_token)
    start, end = published.decoder[published.sot_token_id], published.decoder[published.eot_token_id]
    made = CLIPTokenizer(
        vocab=published.encoder,
        merges=list(published.bpe_ranks),
        bos_token=start,
        eos_token=end,
        unk_token=end,
        pad_token=end,
    )
    return set_lengths(
        Tokenizer.from_str(made.backend_tokenizer.to_str()), length, trims, 0, published.decoder[0]
    )


def _side(size: int | Sequence[int]) -> int:
    sides = {size} if isinstance(size, int) else set(size)
    if len(sides) != 1:
        raise LightboxError(f"It takes pictures of {size} pixels: only square ones can be exported.")
    return sides.pop()
