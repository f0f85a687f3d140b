"""Trained encoders to a bundle: ONNX graphs, text features, proof, documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer

from lightbox_edge.backends import open_session
from lightbox_edge.bundle_writing import new_bundle
from lightbox_edge.findings import descriptor_sentences
from lightbox_edge.labels import LabelledFilm
from lightbox_edge.loading import load_films
from lightbox_edge.manifest import TextEncoder
from lightbox_edge.proving import encode_films
from lightbox_export import networks
from lightbox_export.fp32 import About, Scale, finish_bundle, measure
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
    findings = recipe.findings()
    ids, mask = tokenize(descriptor_sentences(findings), tokenizer)
    pixels = load_films([film.file for film in films], recipe.images.preprocessing())
    image_graph = to_onnx(
        networks.WithPatches(pair.image),
        {"pixels": torch.from_numpy(pixels[:8])},
        ("image_features", "patch_features"),
        dynamic=1,
    )
    text_graph = to_onnx(text, {"input_ids": ids, "attention_mask": mask}, ("text_features",), dynamic=2)
    image_features = encode_films(open_session(image_graph, "onnxruntime", "cpu"), pixels)
    with torch.inference_mode():
        text_features = text(ids, mask).numpy().reshape(-1, 2, recipe.training.features)
    scale = Scale(findings, text_features, float(pair.log_scale.detach().exp()))
    measured = measure(films, image_features, scale, recipe.shipped())
    about = About(
        name=recipe.name,
        licence=recipe.licence,
        intended_use=recipe.intended_use,
        training_data=recipe.training_data,
        limits=recipe.limits,
        notices=NOTICES.read_bytes(),
        adults_only=recipe.adults_only,
    )
    with new_bundle(out) as draft:
        finish_bundle(
            draft,
            about,
            recipe.images.preprocessing(),
            draft.add("fp32/image_encoder.onnx", image_graph),
            TextEncoder(
                draft.add("fp32/text_encoder.onnx", text_graph),
                draft.add("tokenizer.json", tokenizer.to_str().encode()),
                "fp32",
                networks.MAX_TOKENS,
            ),
            scale,
            measured,
        )
