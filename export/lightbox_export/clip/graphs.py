"""A teacher's towers to ONNX graphs, held against what the teacher itself gives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lightbox_edge.unlabelled import evenly
from lightbox_export.clip.teacher import ClipTeacher
from lightbox_export.to_onnx import to_onnx

SENTENCES = 8  # that parity is checked on: padded as published they are slow


def image_graph(teacher: ClipTeacher, films: NDArray[np.float32]) -> bytes:
    """The image encoder; parity is checked on real films, (N, 1, S, S) with N at least 2."""
    return to_onnx(teacher.image, {"pixels": torch.from_numpy(films)}, ("image_features",), dynamic=1)


def text_graph(teacher: ClipTeacher, sentences: Sequence[str]) -> bytes:
    """The text encoder; parity is checked on some of the sentences, the longest among them.

    The graph gets the tokens that the laptop will make, with the padding trimmed where the tower allows
    it; torch gets those of the teacher's own library, fully padded. So parity covers the tokenizer too.
    """
    by_length = sorted(set(sentences), key=len)
    chosen = [by_length[place] for place in evenly(len(by_length), SENTENCES)]
    encoded = teacher.tokenizer.encode_batch(chosen)
    padding = teacher.tokenizer.padding
    assert padding is not None  # noqa: S101  # every loader sets it
    published = teacher.as_published(chosen)
    tokens = {"input_ids": torch.tensor([one.ids for one in encoded])}
    whole = [published]
    if teacher.masked:
        tokens["attention_mask"] = torch.tensor([one.attention_mask for one in encoded])
        whole.append((published != padding["pad_id"]).long())
    with torch.inference_mode():
        expected: Tensor = teacher.text.eval()(*whole)
    trims = padding["length"] is None
    return to_onnx(teacher.text, tokens, ("text_features",), 2 if trims else 1, (expected,))
