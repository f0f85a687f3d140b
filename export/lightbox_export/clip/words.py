"""Tokenizers that need nothing but their JSON on the laptop: lengths, padding and cleaning are inside."""

from __future__ import annotations

import re
import string
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from lightbox_edge.errors import LightboxError


def set_lengths(tokenizer: Tokenizer, most: int, trims: bool, pad_id: int, pad_token: str) -> Tokenizer:
    """Cut sentences at ``most`` tokens; pad to the longest where that is exact, else always to ``most``."""
    tokenizer.enable_truncation(most)
    tokenizer.enable_padding(pad_id=pad_id, pad_token=pad_token, length=None if trims else most)
    return tokenizer


def plain_words(then: normalizers.Normalizer | None = None) -> normalizers.Normalizer:
    """Lower case, no punctuation, single spaces: how SigLIP's words were cleaned (Zhai et al., 2023)."""
    punctuation = Regex(f"[{re.escape(string.punctuation)}]")
    steps = [
        normalizers.Lowercase(),
        normalizers.Replace(punctuation, ""),
        normalizers.Replace(Regex(r"\s+"), " "),
        normalizers.Strip(),
    ]
    return normalizers.Sequence(steps if then is None else [*steps, then])


def read_sentencepiece(file: Path) -> Tokenizer:
    """A SentencePiece unigram model as SigLIP publishes it (``spiece.model``), cleaning included."""
    from google.protobuf.message import DecodeError
    from transformers.utils import sentencepiece_model_pb2_new as pb2

    model = pb2.ModelProto()  # type: ignore[attr-defined]  # protobuf makes it at import
    try:
        model.ParseFromString(file.read_bytes())
    except DecodeError as error:
        raise LightboxError(f"{file} is no SentencePiece model: get it again.") from error
    pieces = [(piece.piece, piece.score) for piece in model.pieces]
    tokenizer = Tokenizer(models.Unigram(pieces, model.trainer_spec.unk_id))
    charsmap = model.normalizer_spec.precompiled_charsmap
    tokenizer.normalizer = plain_words(normalizers.Precompiled(charsmap) if charsmap else None)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    end = model.trainer_spec.eos_piece
    tokenizer.add_special_tokens([end])
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"$A {end}", special_tokens=[(end, model.trainer_spec.eos_id)]
    )
    return tokenizer
