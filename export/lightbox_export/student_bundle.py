"""A bundle with a student in its teacher's place: the rest is copied, its numbers are measured again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from lightbox_edge.backends import open_session
from lightbox_edge.bundle import Bundle
from lightbox_edge.bundle_writing import BundleDraft, new_bundle, today, without_card
from lightbox_edge.findings import read_text_features
from lightbox_edge.labels import LabelledFilm
from lightbox_edge.loading import load_films
from lightbox_edge.manifest import Manifest, OperatingPoint, Rung, SegmenterRung
from lightbox_edge.proving import encode_films
from lightbox_export.fp32 import Measured, Scale, measure, usual


def with_image_student(
    bundle: Bundle,
    graph: bytes,
    story: str,
    films: Sequence[LabelledFilm] | None,
    images: Path,
    out: Path,
) -> None:
    """Write the bundle with another fp32 image encoder; without labels its operating points are assumed."""
    manifest = bundle.manifest
    measured = _measured(bundle, graph, films, images)
    with new_bundle(out) as draft:
        kept = _copied(
            bundle, draft, without={file.path for rung in manifest.ladder.values() for file in rung.files()}
        )
        encoder = draft.add("fp32/image_encoder.onnx", graph)
        shown = draft.add_usual("fp32", measured.usual)
        rung = Rung(encoder, measured.operating_points, shown, measured.results)
        _finish(draft, msgspec.structs.replace(kept, ladder={"fp32": rung}), story)


def with_segmenter_student(bundle: Bundle, graph: bytes, story: str, out: Path) -> None:
    """Write the bundle with another fp32 image encoder in its segmenter."""
    segmenter = bundle.manifest.segmenter
    assert segmenter is not None  # noqa: S101  # its teacher was there
    with new_bundle(out) as draft:
        old = {rung.image_encoder.path for rung in segmenter.ladder.values()}
        kept = _copied(bundle, draft, without=old)
        encoder = draft.add("segmenter/fp32/image_encoder.onnx", graph)
        changed = msgspec.structs.replace(segmenter, ladder={"fp32": SegmenterRung(encoder, None, ())})
        _finish(draft, msgspec.structs.replace(kept, segmenter=changed), f"the segmenter: {story}")


def _measured(bundle: Bundle, graph: bytes, films: Sequence[LabelledFilm] | None, images: Path) -> Measured:
    manifest, session = bundle.manifest, open_session(graph, "onnxruntime", "cpu")
    points = bundle.rung("fp32").operating_points
    if films is None:
        return Measured(
            dict.fromkeys(points, OperatingPoint.assumed(0.5)), usual(session, images, manifest.preprocessing)
        )
    features = encode_films(session, load_films([film.file for film in films], manifest.preprocessing))
    targets = {name: point.set_for for name, point in points.items() if point.set_for}
    return measure(
        films, features, Scale(manifest.findings, read_text_features(bundle), manifest.logit_scale), targets
    )


def _copied(bundle: Bundle, draft: BundleDraft, without: set[str]) -> Manifest:
    """Copy every file but those and the card; returns the manifest without a card."""
    documents = without_card(bundle.manifest)
    cards = {file.path for file in bundle.manifest.documents} - {file.path for file in documents}
    for file in {file.path: file for file in bundle.files()}.values():
        if file.path not in without | cards:
            draft.add(file.path, bundle.read(file))
    return msgspec.structs.replace(bundle.manifest, documents=documents, version=today())


def _finish(draft: BundleDraft, manifest: Manifest, story: str) -> None:
    told = msgspec.structs.replace(manifest, training_data=(*manifest.training_data, f"{story}."))
    draft.finish_with_card(told)
