"""Trained encoders to a bundle: ONNX graphs, text features, proof, documents."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

import msgspec
import torch
from tokenizers import Tokenizer

from lightbox_edge.backends import open_session
from lightbox_edge.bundle_writing import new_bundle
from lightbox_edge.findings import descriptor_sentences
from lightbox_edge.labels import LabelledFilm
from lightbox_edge.loading import load_films
from lightbox_edge.manifest import (
    Descriptor,
    Finding,
    Manifest,
    OutOfDistribution,
    Rung,
    TextEncoder,
)
from lightbox_edge.model_card import model_card
from lightbox_edge.proving import encode_films, finding_log_odds, prove
from lightbox_export import networks
from lightbox_export.recipe import Recipe
from lightbox_export.to_onnx import to_onnx
from lightbox_export.train import Pair
from lightbox_export.wording import tokenize

NOTICES = Path(__file__).parent / "recipes" / "LICENCES.md"


def assemble(
    recipe: Recipe,
    films: Sequence[LabelledFilm],
    pair: Pair,
    text: networks.TextEncoder,
    tokenizer: Tokenizer,
    out: Path,
) -> None:
    """Export, prove on the labelled films and write an fp32 bundle to ``out``, or nothing."""
    findings = tuple(
        Finding(one.name, tuple(Descriptor(*sentences) for sentences in one.descriptors))
        for one in recipe.finding
        if one.ships
    )
    ids, mask = tokenize(descriptor_sentences(findings), tokenizer)
    pixels = load_films([film.file for film in films], recipe.images.preprocessing())
    image_graph = to_onnx(pair.image, {"pixels": torch.from_numpy(pixels[:8])}, "image_features", dynamic=1)
    text_graph = to_onnx(text, {"input_ids": ids, "attention_mask": mask}, "text_features", dynamic=2)
    image_features = encode_films(open_session(image_graph, "onnxruntime", "cpu"), pixels)
    with torch.inference_mode():
        text_features = text(ids, mask).numpy().reshape(-1, 2, recipe.training.features)
    scale = float(pair.log_scale.detach().exp())
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    log_odds = finding_log_odds(image_features, text_features, findings, scale)
    proof = prove(films, image_features, log_odds, recipe.shipped(), today)

    with new_bundle(out) as draft:
        statistics = draft.add_array("fp32/feature_statistics.npy", proof.statistics)
        manifest = Manifest(
            schema_version=1,
            name=recipe.name,
            version=today,
            licence=recipe.licence,
            intended_use=recipe.intended_use,
            training_data=recipe.training_data,
            limits=recipe.limits,
            preprocessing=recipe.images.preprocessing(),
            logit_scale=scale,
            findings=findings,
            text_features=draft.add_array("text_features.npy", text_features),
            ladder={
                "fp32": Rung(
                    draft.add("fp32/image_encoder.onnx", image_graph),
                    proof.operating_points,
                    OutOfDistribution(statistics, proof.distance_limit),
                    proof.results,
                )
            },
            text_encoder=TextEncoder(
                draft.add("fp32/text_encoder.onnx", text_graph),
                draft.add("tokenizer.json", tokenizer.to_str().encode()),
                "fp32",
                networks.MAX_TOKENS,
            ),
            documents=(draft.add("LICENCES.md", NOTICES.read_bytes()),),
        )
        card = draft.add("MODEL_CARD.md", model_card(manifest).encode())
        draft.finish(msgspec.structs.replace(manifest, documents=(*manifest.documents, card)))
