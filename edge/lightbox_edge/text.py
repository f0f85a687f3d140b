"""New words on the laptop: the bundle's text encoder and its tokenizer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lightbox_edge.backends import BackendName, open_session, output
from lightbox_edge.bundle import Bundle
from lightbox_edge.errors import BundleError
from lightbox_edge.scoring import Features


class SentenceEncoder:
    """A text encoder and its tokenizer, opened from the bytes of their files."""

    def __init__(
        self, model: bytes, tokenizer_json: bytes, max_tokens: int, backend: BackendName = "auto"
    ) -> None:
        # Imported here: screening for the bundle's own findings needs no tokenizer.
        from tokenizers import Tokenizer

        try:
            self._tokenizer = Tokenizer.from_str(tokenizer_json.decode())
        except Exception as error:  # the library raises Exception itself
            raise BundleError("The tokenizer is no tokenizer.json: export the bundle again.") from error
        self._tokenizer.enable_truncation(max_tokens)
        padding = self._tokenizer.padding  # its JSON says what a model needs that is padded its own way
        if padding is None:
            self._tokenizer.enable_padding()
        elif max(padding["length"] or 0, padding["pad_to_multiple_of"] or 0) > max_tokens:
            raise BundleError(
                f"The tokenizer makes a sentence longer than the {max_tokens} tokens of the text encoder: "
                "export the bundle again."
            )
        self._session = open_session(model, backend, "cpu")

    def __call__(self, sentences: Sequence[str]) -> Features:
        """The text_features of sentences, (N, dimensions), L2-normalised."""
        try:
            encoded = self._tokenizer.encode_batch(list(sentences))
        except Exception as error:  # as above
            raise BundleError(
                f"The tokenizer cannot read words ({error}): export the bundle again."
            ) from error
        tokens = {
            "input_ids": np.array([one.ids for one in encoded], dtype=np.int64),
            "attention_mask": np.array([one.attention_mask for one in encoded], dtype=np.int64),
        }
        given = self._session.run({name: tokens[name] for name in self._session.inputs if name in tokens})
        return output(given, "text_features", (len(sentences), None)).astype(np.float32)


def open_text_encoder(bundle: Bundle, backend: BackendName = "auto") -> SentenceEncoder:
    """A bundle's text encoder.

    Raises:
        BundleError: the bundle carries no text encoder, or its files are damaged.
    """
    encoder = bundle.manifest.text_encoder
    if encoder is None:
        raise BundleError(
            f"The bundle {bundle.manifest.name} carries no text encoder: ask for its own findings only."
        )
    model, tokenizer = bundle.read(encoder.model), bundle.read(encoder.tokenizer)
    return SentenceEncoder(model, tokenizer, encoder.max_tokens, backend)


def encode_sentences(bundle: Bundle, sentences: Sequence[str], backend: BackendName = "auto") -> Features:
    """The text_features of sentences, (N, dimensions), L2-normalised; see `open_text_encoder`."""
    return open_text_encoder(bundle, backend)(sentences)


def encode_with(
    model: bytes, tokenizer_json: bytes, sentences: Sequence[str], max_tokens: int, backend: BackendName
) -> Features:
    """The text_features of sentences by a text encoder and tokenizer given as the bytes of their files."""
    return SentenceEncoder(model, tokenizer_json, max_tokens, backend)(sentences)
