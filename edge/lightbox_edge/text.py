"""New words on the laptop: the bundle's text encoder and its tokenizer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lightbox_edge.backends import BackendName, open_session
from lightbox_edge.bundle import Bundle
from lightbox_edge.errors import BundleError
from lightbox_edge.scoring import Features


def encode_sentences(bundle: Bundle, sentences: Sequence[str], backend: BackendName = "auto") -> Features:
    """The text_features of sentences, (N, dimensions), L2-normalised.

    Raises:
        BundleError: the bundle carries no text encoder, or its files are damaged.
    """
    encoder = bundle.manifest.text_encoder
    if encoder is None:
        raise BundleError(
            f"The bundle {bundle.manifest.name} carries no text encoder: ask for its own findings only."
        )
    model, tokenizer = bundle.read(encoder.model), bundle.read(encoder.tokenizer)
    return encode_with(model, tokenizer, sentences, encoder.max_tokens, backend)


def encode_with(
    model: bytes, tokenizer_json: bytes, sentences: Sequence[str], max_tokens: int, backend: BackendName
) -> Features:
    """The text_features of sentences by a text encoder and tokenizer given as the bytes of their files."""
    # Imported here: screening for the bundle's own findings needs no tokenizer.
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(tokenizer_json.decode())
    tokenizer.enable_truncation(max_tokens)
    if tokenizer.padding is None:  # its JSON says what a model needs that must be padded its own way
        tokenizer.enable_padding()
    encoded = tokenizer.encode_batch(list(sentences))
    tokens = {
        "input_ids": np.array([one.ids for one in encoded], dtype=np.int64),
        "attention_mask": np.array([one.attention_mask for one in encoded], dtype=np.int64),
    }
    session = open_session(model, backend, "cpu")
    outputs = session.run({name: tokens[name] for name in session.inputs})
    features: Features = outputs["text_features"].astype(np.float32)
    return features
