"""Trained encoders to a bundle: ONNX graphs, text features, proof, documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from lightbox_edge.backends import open_session
from lightbox_edge.bundle_writing import new_bundle
from lightbox_edge.findings import descriptor_sentences
from lightbox_edge.labels import LabelledFilm
from lightbox_edge.loading import load_films
from lightbox_edge.manifest import TextEncoder
from lightbox_edge.proving import encode_films
from lightbox_export import networks
from lightbox_export.fp32 import About, finish_bundle, measure
from lightbox_export.recipe import Recipe
from lightbox_export.teaching import Taught
from lightbox_export.to_onnx import to_onnx
from lightbox_export.wording import tokenize

NOTICES = Path(__file__).parent / "recipes" / "LICENCES.md"


def assemble(
    recipe: Recipe,
    films: Sequence[LabelledFilm],
    taught: Taught,
    out: Path,
) -> None:
    """Export, prove on the labelled films and write an fp32 bundle to ``out``, or nothing."""
    ids, mask = tokenize(descriptor_sentences(recipe.findings()), taught.tokenizer)
    pixels = load_films([film.file for film in films], recipe.images.preprocessing())
    image_graph = to_onnx(
        taught.image,
        {"pixels": torch.from_numpy(pixels[:8])},
        ("image_features", "patch_features"),
        dynamic=1,
    )
    text_graph = to_onnx(
        taught.text, {"input_ids": ids, "attention_mask": mask}, ("text_features",), dynamic=2
    )
    image_features = encode_films(open_session(image_graph, "onnxruntime", "cpu"), pixels)
    scale, unseen = taught.scale(recipe.findings()), recipe.unseen()
    other_words = taught.scale(unseen) if unseen else None
    measured = measure(films, image_features, scale, recipe.shipped(), other_words)
    about = About(
        name=recipe.name,
        licence=recipe.licence,
        intended_use=recipe.intended_use,
        training_data=recipe.training_data,
        limits=recipe.limits,
        notices=NOTICES.read_bytes(),
        adults_only=recipe.adults_only,
        unseen=unseen,
    )
    with new_bundle(out) as draft:
        finish_bundle(
            draft,
            about,
            recipe.images.preprocessing(),
            draft.add("fp32/image_encoder.onnx", image_graph),
            TextEncoder(
                draft.add("fp32/text_encoder.onnx", text_graph),
                draft.add("tokenizer.json", taught.tokenizer.to_str().encode()),
                "fp32",
                networks.MAX_TOKENS,
            ),
            scale,
            measured,
        )
