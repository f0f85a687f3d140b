"""An image-text teacher to an fp32 bundle: load, export with parity, encode films, write or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.backends import open_session
from lightbox_edge.bundle_writing import new_bundle
from lightbox_edge.errors import LightboxError
from lightbox_edge.findings import descriptor_sentences
from lightbox_edge.labels import read_labels
from lightbox_edge.loading import load_films
from lightbox_edge.manifest import Preprocessing, TextEncoder
from lightbox_edge.proving import encode_films
from lightbox_edge.reading import find_sources
from lightbox_edge.text import encode_with
from lightbox_edge.unlabelled import read_unlabelled
from lightbox_export.clip import load_clip
from lightbox_export.clip.graphs import image_graph, text_graph
from lightbox_export.fp32 import About, Measured, Scale, finish_bundle, measure, usual
from lightbox_export.teachers import Teacher
from lightbox_export.wanted import wanted_findings

PERCENTILES = (0.5, 99.5)
PARITY_FILMS = 8

INTENDED_USE = (
    "Sorts chest X-rays so that a person reads the suspicious ones first. It is no medical device and no "
    "diagnosis; a person decides on every film."
)
UNMEASURED = (
    "Nothing was measured on labelled films: its thresholds are assumed, its probabilities are not "
    "calibrated, and its findings only order films. Measure it on films of your own before it is used."
)
WHOLE_FILMS = (
    "Films are fitted into a square with black borders, so that nothing is cut off; the teacher learned "
    "from pictures that were resized and cropped."
)


def export_clip(
    teacher: Teacher, source: str | None, images: Path, findings: Path | None, labels: Path | None, out: Path
) -> None:
    """Write an fp32 bundle of a teacher to ``out``, or nothing.

    Args:
        teacher: its row, of kind clip.
        source: the folder as published, or a hub id; None is the row's own.
        images: real films; parity is checked on some of them, and labels are relative to it.
        findings: a findings file with descriptors; None takes those of ``chest-open``.
        labels: a table as `lightbox_edge.labels` reads it; None leaves everything uncalibrated.
        out: the bundle's folder.

    Raises:
        LightboxError: a file is wrong, or a graph differs from torch.
    """
    wanted = wanted_findings(findings, measured=labels is not None)
    find_sources([images])  # a misspelt path ends the run before anything is loaded
    films = read_labels(labels, images, list(wanted.assumed)) if labels else None
    loaded = load_clip(teacher, source)
    how = Preprocessing(loaded.input_size, PERCENTILES, mean=0.0, std=1.0)
    sentences = descriptor_sentences(wanted.findings)
    tokenizer = loaded.tokenizer.to_str().encode()
    with new_bundle(out) as draft:
        graph = image_graph(loaded, _some(read_unlabelled(images, how, PARITY_FILMS), images))
        image_file = draft.add("fp32/image_encoder.onnx", graph)
        session = open_session(graph, "onnxruntime", "cpu")
        graph = text_graph(loaded, sentences)
        text_file = draft.add("fp32/text_encoder.onnx", graph)
        text_features = encode_with(graph, tokenizer, sentences, loaded.max_tokens, "onnxruntime")
        del graph
        text_encoder = TextEncoder(
            text_file, draft.add("tokenizer.json", tokenizer), "fp32", loaded.max_tokens
        )
        space = Scale(
            wanted.findings, text_features.reshape(-1, 2, text_features.shape[1]), loaded.logit_scale
        )
        del loaded  # both towers are in their graphs
        if films is None:
            measured = Measured(wanted.assumed, usual(session, images, how))
        else:
            features = encode_films(session, load_films([film.file for film in films], how))
            measured = measure(films, features, space, wanted.targets)
        about = _about(teacher, measured)
        finish_bundle(draft, about, how, image_file, text_encoder, space, measured)


def _some(batches: Iterator[NDArray[np.float32]], images: Path) -> NDArray[np.float32]:
    first = next(batches, None)
    if first is None or len(first) < 2:
        raise LightboxError(f"{images} holds fewer than 2 films that can be read: name a folder of X-rays.")
    return first


def _about(teacher: Teacher, measured: Measured) -> About:
    limits = [WHOLE_FILMS]
    if not measured.results:
        limits.insert(0, UNMEASURED)
    if measured.usual is None:
        limits.append("It refuses no picture as unusual: too few films were there to learn what is usual.")
    where = teacher.source or "the folder that its maker named"
    notices = (
        "# Licences of what is in this bundle\n\n| part | from | licence |\n|---|---|---|\n"
        f"| encoders and tokenizer | {teacher.title} ({where}), unchanged | {teacher.licence} |\n"
    )
    return About(
        name=teacher.name,
        licence=teacher.licence,
        intended_use=INTENDED_USE,
        training_data=(f"{teacher.title} ({where}), as published; Lightbox trained nothing.",),
        limits=tuple(limits),
        notices=notices.encode(),
    )
