"""Bundle in, bundle out: a ladder of precisions, each with calibration, thresholds and results of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from lightbox_edge.bundle import Bundle, open_bundle
from lightbox_edge.bundle_writing import BundleDraft, new_bundle, today, without_card
from lightbox_edge.errors import LightboxError
from lightbox_edge.findings import read_text_features
from lightbox_edge.manifest import Asked, Precision, Rung
from lightbox_quantize.anatomy import quantize_anatomy
from lightbox_quantize.films import read_films, weigh
from lightbox_quantize.gate import Limits
from lightbox_quantize.image_ladder import ImageLadder, Measured
from lightbox_quantize.report import Report, image_row
from lightbox_quantize.segmenter_ladder import quantize_segmenter
from lightbox_quantize.text import quantize_text

PRECISIONS: tuple[Precision, ...] = ("int8_weights", "int8", "int8_avx2")


def quantize(
    source: Path,
    images: Path,
    labels: Path | None,
    out: Path,
    precisions: Sequence[Precision] = PRECISIONS,
    limits: Limits | None = None,
) -> Report:
    """Quantize a bundle's fp32 models and write a bundle with those precisions that pass the gate.

    Args:
        source: the fp32 bundle.
        images: the folder that the labels' files are relative to, or any films if there are no labels.
        labels: the table of labels, see `lightbox_edge.labels`; None measures on unlabelled films.
        out: the new bundle's folder.
        precisions: the rungs wanted; ``fp32`` keeps that too.
        limits: what a precision may cost.

    Returns:
        What was tried and what it cost.

    Raises:
        LightboxError: a label or film is wrong, or no precision passes the gate; nothing is written then.
    """
    limits = limits or Limits()
    if not {*precisions} - {"fp32"}:
        raise LightboxError(f"Quantizing needs an INT8 precision: name one of {', '.join(PRECISIONS)}.")
    bundle = open_bundle(source)
    rung = bundle.rung("fp32")
    date = today()
    text_features = read_text_features(bundle)
    films = read_films(bundle.manifest, images, labels)
    with new_bundle(out) as draft:
        lungs = quantize_anatomy(bundle, draft, images, precisions, limits)
        manifest, films = weigh(bundle.manifest, films, lungs.model)
        ladder = ImageLadder(manifest, rung, bundle.read(rung.image_encoder), text_features, films, date)
        tried = [
            one for precision in precisions if precision != "fp32" for one in ladder.rung(precision, limits)
        ]
        passed = {one.precision: one for one in tried if not one.objections}
        rows = tuple(image_row(one) for one in tried)
        if not passed:
            why = "; ".join(f"{one.precision}: {', '.join(one.objections)}" for one in tried)
            raise LightboxError(f"No precision passes the gate, so nothing was written ({why}).")
        rungs = {precision: _rung(draft, one) for precision, one in passed.items()}
        if lungs.model is not None:
            rungs = {
                precision: msgspec.structs.replace(
                    one, shortcuts=ladder.shortcuts(passed[precision], lungs.model)
                )
                for precision, one in rungs.items()
            }
        if "fp32" in precisions:
            rungs = {"fp32": _copied(bundle, draft, ladder.fp32), **rungs}
        text = quantize_text(bundle, draft, text_features, limits)
        segmenter, mask_rows = quantize_segmenter(bundle, draft, images, precisions, limits)
        new_words = [one for measured in passed.values() for one in ladder.asked(measured, text.unseen)]
        made = msgspec.structs.replace(
            manifest,
            version=date,
            text_features=draft.add_array("text_features.npy", text_features),
            ladder=rungs,
            text_encoder=text.encoder,
            asked=(*_kept(manifest.asked, rungs), *new_words),
            segmenter=segmenter,
            anatomy=lungs.anatomy,
            documents=tuple(draft.add(file.path, bundle.read(file)) for file in without_card(manifest)),
        )
        draft.finish_with_card(made)
    return Report(
        (*rows, *text.rows, *mask_rows, *lungs.rows),
        tuple(loss for one in passed.values() for loss in one.losses),
    )


def _rung(draft: BundleDraft, made: Measured) -> Rung:
    usual = draft.add_usual(made.precision, made.usual)
    model = draft.add(f"{made.precision}/image_encoder.onnx", made.candidate.model)
    return Rung(model, dict(made.operating_points), usual, made.results, made.cost)


def _kept(asked: Sequence[Asked], rungs: Mapping[Precision, Rung]) -> list[Asked]:
    """What still holds: figures of a precision that stays, and of networks that never were in the bundle."""
    return [one for one in asked if one.left_out or one.precision in rungs]


def _copied(bundle: Bundle, draft: BundleDraft, rung: Rung) -> Rung:
    for file in rung.files():
        draft.add(file.path, bundle.read(file))
    return rung
