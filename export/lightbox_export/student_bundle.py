"""A bundle with a student in its teacher's place: the rest is copied, its numbers are measured again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from lightbox_edge.backends import open_session
from lightbox_edge.bundle import Bundle
from lightbox_edge.bundle_writing import BundleDraft, new_bundle
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
    """Write the bundle with another fp32 image encoder; without labels its operating points are assumed.

    They are those of the findings' words: what is evidence beside them is weighed when it is quantized.
    """
    manifest = bundle.manifest
    measured = _measured(bundle, graph, films, images)
    with new_bundle(out) as draft:
        old = {file.path for rung in manifest.ladder.values() for file in rung.files()}
        kept = draft.copy(bundle, without=old)
        encoder = draft.add("fp32/image_encoder.onnx", graph)
        shown = draft.add_usual("fp32", measured.usual)
        rung = Rung(encoder, measured.operating_points, shown, measured.results)
        findings = tuple(msgspec.structs.replace(one, evidence=None) for one in kept.findings)
        _finish(
            draft, msgspec.structs.replace(kept, findings=findings, ladder={"fp32": rung}, asked=()), story
        )


def with_segmenter_student(bundle: Bundle, graph: bytes, story: str, out: Path) -> None:
    """Write the bundle with another fp32 image encoder in its segmenter."""
    segmenter = bundle.manifest.segmenter
    assert segmenter is not None  # noqa: S101  # its teacher was there
    with new_bundle(out) as draft:
        old = {rung.image_encoder.path for rung in segmenter.ladder.values()}
        kept = draft.copy(bundle, without=old)
        encoder = draft.add("segmenter/fp32/image_encoder.onnx", graph)
        changed = msgspec.structs.replace(
            segmenter,
            name=f"a student of {segmenter.name}",
            ladder={"fp32": SegmenterRung(encoder, None, ())},
        )
        _finish(
            draft, msgspec.structs.replace(kept, segmenter=changed), f"Segmenter ({segmenter.name}): {story}"
        )


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


def _finish(draft: BundleDraft, manifest: Manifest, story: str) -> None:
    told = msgspec.structs.replace(manifest, training_data=(*manifest.training_data, f"{story}."))
    draft.finish_with_card(told)
