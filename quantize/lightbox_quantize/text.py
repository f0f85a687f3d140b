"""The text encoder of a bundle: the smallest precision whose sentences stay where fp32's are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from lightbox_edge.bundle import Bundle
from lightbox_edge.bundle_writing import BundleDraft
from lightbox_edge.findings import descriptor_sentences
from lightbox_edge.manifest import Precision, TextEncoder
from lightbox_edge.scoring import Features
from lightbox_edge.text import encode_with
from lightbox_quantize.gate import Limits
from lightbox_quantize.ort_graphs import dynamic
from lightbox_quantize.report import Row
from lightbox_quantize.weight_graphs import weights_only

# Dynamic INT8 needs no sentences to calibrate with; its weights are of 7 bits, so every CPU runs it.
_WAYS: tuple[tuple[Precision, str, Callable[[bytes], bytes]], ...] = (
    ("int8_avx2", "ONNX Runtime dynamic", lambda model: dynamic(model, 7)),
    ("int8_weights", "weights only", weights_only),
    ("fp32", "as it is", lambda model: model),
)


@dataclass(frozen=True, slots=True)
class Text:
    """The text encoder as written, what was tried, and the bundle's unseen sentences as it tells them.

    ``unseen`` is (descriptors, 2, dimensions), as text_features are; the encoder is None where there is none.
    """

    encoder: TextEncoder | None
    rows: tuple[Row, ...]
    unseen: Features | None


def quantize_text(bundle: Bundle, draft: BundleDraft, text_features: Features, limits: Limits) -> Text:
    """Write the first way whose least cosine over the descriptors' sentences is within the limit.

    Args:
        bundle: the fp32 bundle.
        draft: where the model and its tokenizer are written.
        text_features: fp32's, (descriptors, 2, dimensions).
        limits: of the gate.
    """
    encoder = bundle.manifest.text_encoder
    if encoder is None:
        return Text(None, (), None)
    model, tokenizer = bundle.read(encoder.model), bundle.read(encoder.tokenizer)
    sentences = descriptor_sentences(bundle.manifest.findings)
    fp32 = text_features.reshape(len(sentences), -1)
    rows = []
    for precision, method, way in _WAYS:
        made = way(model)
        spoken = encode_with(made, tokenizer, sentences, encoder.max_tokens, "onnxruntime")
        cosine = float((fp32 * spoken).sum(axis=1).min())
        good = cosine >= limits.text_cosine or precision == "fp32"  # as it is: nothing was lost
        why = () if good else (f"least cosine {cosine:.4f}, at least {limits.text_cosine:g} is needed",)
        row = Row("text_encoder", precision, method, len(made) / 1e6, {}, f"least cosine {cosine:.4f}", why)
        rows.append(row)
        if good:
            break
    written = msgspec.structs.replace(
        encoder,
        model=draft.add(f"{precision}/text_encoder.onnx", made),
        tokenizer=draft.add("tokenizer.json", tokenizer),
        precision=precision,
    )
    unseen = None
    if others := descriptor_sentences(bundle.manifest.unseen):
        told = encode_with(made, tokenizer, others, encoder.max_tokens, "onnxruntime")
        unseen = told.reshape(-1, 2, told.shape[-1])
    return Text(written, tuple(rows), unseen)
