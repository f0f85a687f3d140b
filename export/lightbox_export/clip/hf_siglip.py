"""SigLIP and MedSigLIP from a folder of Hugging Face (Zhai et al., 2023).

Its text tower sees the padding, so a sentence is always padded to the full length. Its bias does not
count here: a descriptor is a pair of sentences, and their difference is what is scored.
"""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import SiglipModel

from lightbox_edge.errors import LightboxError
from lightbox_export.clip.hugging_face import Tower, Words, gray_images, read_model
from lightbox_export.clip.teacher import ClipTeacher
from lightbox_export.clip.words import read_sentencepiece, set_lengths
from lightbox_export.teachers import Teacher

PADDING = "</s>"


def load(folder: Path, teacher: Teacher) -> ClipTeacher:
    """Load a folder with ``spiece.model`` or ``tokenizer.json``."""
    model = read_model(SiglipModel, "siglip", folder, teacher)
    tokenizer = _tokenizer(folder)
    length = model.config.text_config.max_position_embeddings
    padding = tokenizer.token_to_id(PADDING)
    if padding is None:
        raise LightboxError(f"The tokenizer in {folder} has no {PADDING}, which SigLIP pads with.")
    set_lengths(tokenizer, length, False, padding, PADDING)
    return ClipTeacher(
        image=gray_images(Tower(model.vision_model, nn.Identity()), folder),
        text=Words(model.text_model, nn.Identity()),
        masked=False,
        tokenizer=tokenizer,
        max_tokens=length,
        as_published=lambda some: torch.tensor([one.ids for one in tokenizer.encode_batch(list(some))]),
        logit_scale=float(model.logit_scale.detach().exp()),
        input_size=model.config.vision_config.image_size,
    )


def _tokenizer(folder: Path) -> Tokenizer:
    """The SentencePiece model is what SigLIP was trained with; the JSON is made from it by others."""
    if (folder / "spiece.model").is_file():
        return read_sentencepiece(folder / "spiece.model")
    if (folder / "tokenizer.json").is_file():
        return Tokenizer.from_file(str(folder / "tokenizer.json"))
    raise LightboxError(f"{folder} holds neither spiece.model nor tokenizer.json: get the whole folder.")
