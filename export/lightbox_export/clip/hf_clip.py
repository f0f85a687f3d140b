"""CLIP from a folder of Hugging Face (Radford et al., 2021)."""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import AutoTokenizer, CLIPModel

from lightbox_export.clip.hugging_face import Tower, Words, gray_images, read_model
from lightbox_export.clip.teacher import ClipTeacher
from lightbox_export.clip.words import set_lengths
from lightbox_export.teachers import Teacher


def load(folder: Path, teacher: Teacher) -> ClipTeacher:
    """Load a folder; its text tower is causal, so padding after the last token does nothing."""
    model = read_model(CLIPModel, "clip", folder, teacher)
    published = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    length = model.config.text_config.max_position_embeddings

    def as_published(sentences: list[str]) -> torch.Tensor:
        encoded = published(sentences, max_length=length, padding="max_length", truncation=True)
        return torch.tensor(encoded["input_ids"])

    tokenizer = Tokenizer.from_str(published.backend_tokenizer.to_str())
    return ClipTeacher(
        image=gray_images(Tower(model.vision_model, model.visual_projection), folder),
        text=Words(model.text_model, model.text_projection),
        masked=False,
        tokenizer=set_lengths(tokenizer, length, True, published.pad_token_id, published.pad_token),
        max_tokens=length,
        as_published=lambda sentences: as_published(list(sentences)),
        logit_scale=float(model.logit_scale.detach().exp()),
        input_size=model.config.vision_config.image_size,
    )
