"""A bundle's anatomy network in INT8, if its masks stay; one model for every rung, like the text encoder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from lightbox_edge.anatomy import AnatomyModel
from lightbox_edge.bundle import Bundle
from lightbox_edge.bundle_writing import BundleDraft
from lightbox_edge.manifest import Anatomy, Precision
from lightbox_edge.masks_measuring import anatomy_agreement
from lightbox_edge.unlabelled import read_radiographs
from lightbox_quantize.candidates import Candidate, timed
from lightbox_quantize.gate import Limits
from lightbox_quantize.ort_graphs import static_qdq
from lightbox_quantize.report import Row

FILMS = 96  # every second one calibrates, the others measure
BITS = 7  # of the weights, so that every CPU runs it
FIRST_IN_INT8 = 5  # convolutions before are fp32; masks ask for less than features do


@dataclass(frozen=True, slots=True)
class Lungs:
    """The anatomy network as written and opened, and what was tried; both None where there is none."""

    anatomy: Anatomy | None = None
    model: AnatomyModel | None = None
    rows: tuple[Row, ...] = ()


def quantize_anatomy(
    bundle: Bundle, draft: BundleDraft, images: Path, precisions: Sequence[Precision], limits: Limits
) -> Lungs:
    """Write it in INT8 if the masks' mean IoU to fp32's is within the limit, else as it is."""
    anatomy = bundle.manifest.anatomy
    if anatomy is None:
        return Lungs()
    model = bundle.read(anatomy.model)
    fp32 = AnatomyModel(anatomy, model, "onnxruntime", "cpu")
    if anatomy.precision != "fp32" or precisions == ("fp32",):
        return Lungs(msgspec.structs.replace(anatomy, model=draft.add(anatomy.model.path, model)), fp32)
    radiographs = read_radiographs(images, fp32.decode_size, FILMS)
    calibration = np.stack([fp32.film_pixels(one) for one in radiographs[::2]])
    made = static_qdq(model, calibration, BITS, FIRST_IN_INT8)
    int8 = AnatomyModel(anatomy, made, "onnxruntime", "cpu")
    iou = anatomy_agreement(fp32, int8, radiographs[1::2] or radiographs)
    good = iou >= limits.mask_iou
    why = () if good else (f"masks' IoU {iou:.4f}, at least {limits.mask_iou:g} is needed",)
    tried = timed([Candidate("as it is", model), Candidate("ONNX Runtime static", made)], calibration[0])
    rows = [
        Row("anatomy", precision, one.method, len(one.model) / 1e6, one.milliseconds, fidelity, objections)
        for precision, one, fidelity, objections in (
            ("fp32", tried[0], "", ()),
            ("int8_avx2", tried[1], f"masks' IoU {iou:.4f}", why),
        )
    ]
    if not good:
        as_it_is = msgspec.structs.replace(anatomy, model=draft.add(anatomy.model.path, model))
        return Lungs(as_it_is, fp32, tuple(rows))
    file = draft.add("int8_avx2/anatomy.onnx", made)
    written = msgspec.structs.replace(anatomy, model=file, precision="int8_avx2", mask_iou=iou)
    return Lungs(written, int8, tuple(rows))
