"""The bundle's text encoder: padding changes nothing, and it agrees with the features that were shipped."""

from __future__ import annotations

import io
from pathlib import Path

import msgspec
import numpy as np
import pytest

from lightbox_edge.bundle import Bundle, open_bundle
from lightbox_edge.errors import BundleError
from lightbox_edge.findings import descriptor_sentences
from lightbox_edge.text import encode_sentences

BUNDLE = Path(__file__).parents[2] / "bundles" / "chest-open"
SHORT, LONG = "effusion", "There is a large pleural effusion on the left side with blunting of the angle."


@pytest.fixture(scope="module")
def shipped() -> Bundle:
    return open_bundle(BUNDLE)


def test_features_are_normalised_float32(shipped: Bundle) -> None:
    features = encode_sentences(shipped, [SHORT, LONG])
    assert features.dtype == np.float32
    assert np.linalg.norm(features, axis=1) == pytest.approx([1, 1], abs=1e-4)


def test_a_sentence_alone_is_the_same_as_in_a_padded_batch(shipped: Bundle) -> None:
    """Cosine at least 0.99: masked padding is exact, but INT8 takes its scale from the whole batch."""
    together = encode_sentences(shipped, [SHORT, LONG])
    alone = np.concatenate([encode_sentences(shipped, [one]) for one in (SHORT, LONG)])
    assert (together * alone).sum(axis=1).min() > 0.99
    assert (together[0] * together[1]).sum() < 0.98


def test_the_order_of_sentences_is_kept(shipped: Bundle) -> None:
    forth, back = encode_sentences(shipped, [SHORT, LONG]), encode_sentences(shipped, [LONG, SHORT])
    assert forth == pytest.approx(back[::-1], abs=1e-5)


def test_the_shipped_text_features_are_those_of_the_shipped_encoder(shipped: Bundle) -> None:
    shipped_features = np.load(io.BytesIO(shipped.read(shipped.manifest.text_features)))
    sentences = descriptor_sentences(shipped.manifest.findings)
    encoded = encode_sentences(shipped, sentences)
    cosine = (encoded * shipped_features.reshape(len(sentences), -1)).sum(axis=1)
    assert cosine.min() >= 0.98


def test_a_sentence_is_cut_at_the_most_tokens(shipped: Bundle) -> None:
    encoder = shipped.manifest.text_encoder
    assert encoder is not None
    words = "lung " * encoder.max_tokens
    assert encode_sentences(shipped, [words]) == pytest.approx(encode_sentences(shipped, [words * 9]))


def test_a_bundle_without_a_text_encoder_says_so(shipped: Bundle) -> None:
    silent = Bundle(shipped.folder, msgspec.structs.replace(shipped.manifest, text_encoder=None), "")
    with pytest.raises(BundleError, match=r"carries no text encoder: ask for its own findings only\.$"):
        encode_sentences(silent, [SHORT])
