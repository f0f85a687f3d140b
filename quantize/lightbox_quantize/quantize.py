"""Bundle in, bundle out: INT8 models, with calibration, thresholds and results of their own."""

from __future__ import annotations

import datetime
import io
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from lightbox_edge.backends import open_session
from lightbox_edge.bundle import open_bundle
from lightbox_edge.bundle_writing import new_bundle
from lightbox_edge.findings import descriptor_sentences
from lightbox_edge.labels import read_labels
from lightbox_edge.loading import load_films
from lightbox_edge.manifest import OutOfDistribution, Rung
from lightbox_edge.model_card import model_card
from lightbox_edge.proving import encode_films, finding_log_odds, prove
from lightbox_edge.scoring import Features
from lightbox_edge.text import encode_with
from lightbox_quantize.gate import Loss, check
from lightbox_quantize.graphs import quantize_image_encoder, quantize_text_encoder

CALIBRATION_FILMS = 128  # taken evenly from the whole table, for its sources stand one after another


def quantize(source: Path, images: Path, labels: Path, out: Path) -> Loss:
    """Quantize a bundle's fp32 rung and write a bundle that holds INT8 alone.

    Args:
        source: the fp32 bundle.
        images: the folder that the labels' files are relative to.
        labels: the table of labels, see `lightbox_edge.labels`.
        out: the INT8 bundle's folder.

    Returns:
        What INT8 cost.

    Raises:
        LightboxError: a label or film is wrong, or INT8 costs more than the gate allows; then nothing
            is written.
    """
    bundle = open_bundle(source)
    manifest, rung = bundle.manifest, bundle.rung("fp32")
    films = read_labels(labels, images, [finding.name for finding in manifest.findings])
    pixels = load_films([film.file for film in films], manifest.preprocessing)
    parts = np.array([film.part for film in films])

    fp32 = bundle.read(rung.image_encoder)
    int8 = quantize_image_encoder(fp32, _spread(pixels[parts == "calibration"]))
    fp32_features = encode_films(open_session(fp32, "onnxruntime", "cpu"), pixels)
    int8_features = encode_films(open_session(int8, "onnxruntime", "cpu"), pixels)

    targets = {name: point.set_for for name, point in rung.operating_points.items() if point.set_for}
    text_features: Features = np.load(io.BytesIO(bundle.read(manifest.text_features)), allow_pickle=False)
    log_odds = finding_log_odds(int8_features, text_features, manifest.findings, manifest.logit_scale)
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    proof = prove(films, int8_features, log_odds, targets, today)
    loss = check(fp32_features[parts == "test"], int8_features[parts == "test"], rung.results, proof.results)

    with new_bundle(out) as draft:
        statistics = draft.add_array("int8/feature_statistics.npy", proof.statistics)
        encoder = manifest.text_encoder
        if encoder is not None:
            text_int8 = quantize_text_encoder(bundle.read(encoder.model))
            sentences = descriptor_sentences(manifest.findings)
            tokenizer = bundle.read(encoder.tokenizer)
            spoken = encode_with(text_int8, tokenizer, sentences, encoder.max_tokens, "onnxruntime")
            loss = loss.with_text(text_features.reshape(len(sentences), -1), spoken)
            encoder = msgspec.structs.replace(
                encoder,
                model=draft.add("int8/text_encoder.onnx", text_int8),
                tokenizer=draft.add("tokenizer.json", tokenizer),
                precision="int8",
            )
        kept = [file for file in manifest.documents if not file.path.endswith("MODEL_CARD.md")]
        made = msgspec.structs.replace(
            manifest,
            version=today,
            text_features=draft.add_array("text_features.npy", text_features),
            ladder={
                "int8": Rung(
                    draft.add("int8/image_encoder.onnx", int8),
                    proof.operating_points,
                    OutOfDistribution(statistics, proof.distance_limit),
                    proof.results,
                )
            },
            text_encoder=encoder,
            documents=tuple(draft.add(file.path, bundle.read(file)) for file in kept),
        )
        card = draft.add("MODEL_CARD.md", model_card(made).encode())
        draft.finish(msgspec.structs.replace(made, documents=(*made.documents, card)))
    return loss


def _spread(films: NDArray[np.float32]) -> NDArray[np.float32]:
    chosen = np.linspace(0, len(films) - 1, min(CALIBRATION_FILMS, len(films))).astype(int)
    spread: NDArray[np.float32] = films[chosen]
    return spread
