"""The ladder of a segmenter's image encoder, by the masks that it gives; the decoder stays fp32."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from lightbox_edge.bundle import Bundle
from lightbox_edge.bundle_writing import BundleDraft
from lightbox_edge.manifest import Precision, Segmenter, SegmenterRung
from lightbox_edge.masks_measuring import mask_agreement
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.segmenting import SegmenterModel, film_pixels
from lightbox_edge.unlabelled import read_radiographs
from lightbox_quantize.candidates import Candidate, Pixels, timed
from lightbox_quantize.gate import Limits
from lightbox_quantize.report import Row
from lightbox_quantize.sam_graphs import FIRST_STAGE, STEM, quantize_sam_encoder

_INT8 = {"NNCF but for the stem": STEM, "NNCF but for stage 1": FIRST_STAGE}
WAYS: dict[Precision, dict[str, int]] = {
    "int8": _INT8,
    "int8_avx2": _INT8,
    "int8_weights": {"weights only": 0},
}
FILMS = 24  # every second one calibrates, the others measure; masks take a second a film


def quantize_segmenter(
    bundle: Bundle, draft: BundleDraft, images: Path, precisions: Sequence[Precision], limits: Limits
) -> tuple[Segmenter | None, tuple[Row, ...]]:
    """Write the precisions whose masks are fp32's, mean IoU over boxes around lungs and heart.

    Where none is, fp32 itself is kept, so that a bundle never loses its segmenter.
    """
    segmenter = bundle.manifest.segmenter
    if segmenter is None:
        return None, ()
    fp32 = SegmenterModel(bundle, "fp32")
    radiographs = read_radiographs(images, fp32.decode_size, FILMS)
    calibration = np.stack([film_pixels(one, fp32.input_size) for one in radiographs[::2]])
    model = bundle.read(segmenter.ladder["fp32"].image_encoder)
    ladder: dict[Precision, SegmenterRung] = {}
    rows: list[Row] = []
    for precision in (one for one in precisions if one != "fp32"):
        for tried in _candidates(model, calibration, precision):
            iou, why = _gate(tried, fp32, radiographs[1::2], limits)
            size, fidelity = len(tried.model) / 1e6, f"masks' IoU {iou:.4f}"
            rows.append(Row("segmenter", precision, tried.method, size, tried.milliseconds, fidelity, why))
            if not why:
                file = draft.add(f"segmenter/{precision}/image_encoder.onnx", tried.model)
                ladder[precision] = SegmenterRung(file, iou, ())
                break
    if "fp32" in precisions or not ladder:
        draft.add(segmenter.ladder["fp32"].image_encoder.path, model)
        ladder = {"fp32": segmenter.ladder["fp32"], **ladder}
    decoder = draft.add(segmenter.mask_decoder.path, bundle.read(segmenter.mask_decoder))
    return msgspec.structs.replace(segmenter, ladder=ladder, mask_decoder=decoder), tuple(rows)


def _candidates(model: bytes, films: Pixels, precision: Precision) -> list[Candidate]:
    """The ways to one precision, from the fastest."""
    made = [
        Candidate(name, quantize_sam_encoder(model, films, precision, first))
        for name, first in WAYS[precision].items()
    ]
    return sorted(timed(made, films[0]), key=lambda one: one.pace)


def _gate(
    tried: Candidate, fp32: SegmenterModel, radiographs: Sequence[Radiograph], limits: Limits
) -> tuple[float, tuple[str, ...]]:
    """Mean IoU of its masks to fp32's, in the runtime that is faster at it, and why it does not pass."""
    if not tried.milliseconds:
        return 0.0, ("no runtime loads it",)
    backend = min(tried.milliseconds, key=lambda name: tried.milliseconds[name])
    iou = mask_agreement(fp32, fp32.with_encoder(tried.model, backend), radiographs)
    if iou >= limits.mask_iou:
        return iou, ()
    return iou, (f"masks' IoU {iou:.4f}, at least {limits.mask_iou:g} is needed",)
