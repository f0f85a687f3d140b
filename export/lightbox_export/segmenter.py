"""A SAM into a bundle: bundle in, bundle with a segmenter out."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from lightbox_edge.bundle import open_bundle, verify_bundle
from lightbox_edge.bundle_writing import new_bundle
from lightbox_edge.manifest import Segmenter, SegmenterRung
from lightbox_edge.segmenting import film_pixels
from lightbox_edge.unlabelled import read_radiographs
from lightbox_export.sam_networks import load_sam
from lightbox_export.sam_to_onnx import sam_to_onnx

FILMS = 4  # on which the graphs are compared with torch


def add_segmenter(
    name: str, architecture: str, licence: str, checkpoint: Path | None, bundle: Path, images: Path, out: Path
) -> None:
    """Write a copy of a bundle with a SAM at fp32 in it, or nothing.

    Args:
        name: the segmenter's, for people.
        architecture: see `lightbox_export.sam_networks`.
        licence: of its weights.
        checkpoint: its weights; None takes those of LiteMedSAM that a package brings.
        bundle: the bundle to add it to; a segmenter that it has is replaced.
        images: a folder of real films, of which the first few prove the export.
        out: the new bundle's folder.

    Raises:
        LightboxError: the bundle, the checkpoint or the films are not right, or the graphs differ from
            torch's.
    """
    source = open_bundle(bundle)
    verify_bundle(source)
    sam = load_sam(architecture, checkpoint)
    graphs = sam_to_onnx(sam, _films(images, sam.input_size))
    with new_bundle(out) as draft:
        kept = draft.copy(source)
        encoder = draft.add("segmenter/fp32/image_encoder.onnx", graphs.image_encoder)
        decoder = draft.add("segmenter/mask_decoder.onnx", graphs.mask_decoder)
        rung = SegmenterRung(encoder, mask_iou=None, results=())
        segmenter = Segmenter(name, licence, sam.input_size, decoder, {"fp32": rung})
        draft.finish_with_card(msgspec.structs.replace(kept, segmenter=segmenter))


def _films(images: Path, input_size: int) -> NDArray[np.float32]:
    """Some films of a folder, as the segmenter takes them."""
    radiographs = read_radiographs(images, 2 * input_size, FILMS)
    return np.stack([film_pixels(radiograph, input_size) for radiograph in radiographs])
