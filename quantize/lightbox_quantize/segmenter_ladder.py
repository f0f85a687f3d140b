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
from lightbox_edge.segmenting import SegmenterModel, film_pixels
from lightbox_edge.unlabelled import read_radiographs
from lightbox_quantize.candidates import Candidate, timed
from lightbox_quantize.gate import Limits
from lightbox_quantize.report import Row
from lightbox_quantize.sam_graphs import quantize_sam_encoder

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
    rows = []
    for precision in (one for one in precisions if one != "fp32"):
        made = Candidate("", quantize_sam_encoder(model, calibration, precision))
        (made,) = timed([made], calibration[0])
        if not made.milliseconds:
            rows.append(Row("segmenter", precision, "NNCF", 0, {}, "", ("no runtime loads it",)))
            continue
        backend = min(made.milliseconds, key=lambda name: made.milliseconds[name])
        iou = mask_agreement(fp32, fp32.with_encoder(made.model, backend), radiographs[1::2])
        good = iou >= limits.mask_iou
        why = () if good else (f"masks' IoU {iou:.4f}, at least {limits.mask_iou:g} is needed",)
        size = len(made.model) / 1e6
        fidelity = f"masks' IoU {iou:.4f}"
        rows.append(Row("segmenter", precision, "NNCF", size, made.milliseconds, fidelity, why))
        if good:
            file = draft.add(f"segmenter/{precision}/image_encoder.onnx", made.model)
            ladder[precision] = SegmenterRung(file, iou, ())
    if "fp32" in precisions or not ladder:
        draft.add(segmenter.ladder["fp32"].image_encoder.path, model)
        ladder = {"fp32": segmenter.ladder["fp32"], **ladder}
    decoder = draft.add(segmenter.mask_decoder.path, bundle.read(segmenter.mask_decoder))
    return msgspec.structs.replace(segmenter, ladder=ladder, mask_decoder=decoder), tuple(rows)
