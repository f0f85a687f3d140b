"""From a box or points on a film to a mask, with a bundle's SAM (Kirillov et al., ICCV 2023)."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.backends import BackendName, Device, open_session, output
from lightbox_edge.bundle import Bundle
from lightbox_edge.errors import BundleError
from lightbox_edge.manifest import Precision, Segmenter, SegmenterRung
from lightbox_edge.masks_enlarging import positive
from lightbox_edge.preprocess import OVERSAMPLING, fit, fitted_size, stretch
from lightbox_edge.radiograph import Radiograph

Embedding = NDArray[np.float32]

# segment-anything's labels of points; what has no box ends in a point that is none, as in its training.
_OUTSIDE, _INSIDE, _UPPER_LEFT, _LOWER_RIGHT, _NO_POINT = 0, 1, 2, 3, -1


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is to be outlined, in pixels of the stored picture.

    Attributes:
        box: (left, top, right, bottom), or None.
        points: (x, y, whether it is inside).
    """

    box: tuple[float, float, float, float] | None = None
    points: tuple[tuple[float, float, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class Mask:
    """A mask, (rows, columns) of the stored picture, and the IoU that the model expects of it."""

    pixels: NDArray[np.bool_]
    expected_iou: float


class SegmenterModel:
    """A bundle's segmenter at one precision."""

    def __init__(
        self,
        bundle: Bundle,
        precision: Precision,
        backend: BackendName = "auto",
        device: Device = "auto",
        threads: int | None = None,
    ) -> None:
        """Open both graphs; a bundle without such a segmenter raises `BundleError`."""
        segmenter, rung = _find(bundle, precision)
        encoder, decoder = bundle.read(rung.image_encoder), bundle.read(segmenter.mask_decoder)
        self.input_size = segmenter.input_size
        self._image_encoder = open_session(encoder, backend, device, threads)
        self._mask_decoder = open_session(decoder, backend, device, threads)

    def with_encoder(self, model: bytes, backend: BackendName = "auto") -> SegmenterModel:
        """The same segmenter with another image encoder, one that is not in a bundle yet."""
        other = copy(self)
        other._image_encoder = open_session(model, backend, "cpu")
        return other

    @property
    def decode_size(self) -> int:
        """The longer side in pixels under which a decoder must not reduce a picture."""
        return round(OVERSAMPLING * self.input_size)

    def embed(self, pixels: NDArray[np.float32]) -> Embedding:
        """image_embedding, (N, 256, 64, 64), of `film_pixels` (N, 1, input_size, input_size)."""
        given = self._image_encoder.run({"pixels": pixels})
        return output(given, "image_embedding", (len(pixels), None, None, None))

    def masks(
        self, embedding: Embedding, prompts: Sequence[Prompt], stored_size: tuple[int, int]
    ) -> list[Mask]:
        """One mask a prompt, of one film's embedding (256, 64, 64) and its (rows, columns)."""
        fitted = fitted_size(stored_size, self.input_size)
        masks = []
        for prompt in prompts:
            # One by one: prompts of unequal length would have to be padded, and padding moves the mask.
            coords, labels = _points(prompt, stored_size, fitted)
            given = self._mask_decoder.run(
                {"image_embedding": embedding[np.newaxis], "point_coords": coords, "point_labels": labels}
            )
            logits = output(given, "low_res_masks", (1, None, None, None))[0, 0]
            rows, columns = (side * len(logits) / self.input_size for side in fitted)
            pixels = positive(logits, (0, 0, columns, rows), stored_size)
            masks.append(Mask(pixels, float(output(given, "iou_predictions", (1, None))[0, 0])))
        return masks

    def segment(self, radiograph: Radiograph, prompts: Sequence[Prompt]) -> list[Mask]:
        """One mask a prompt on one film."""
        embedding = self.embed(film_pixels(radiograph, self.input_size)[np.newaxis])[0]
        return self.masks(embedding, prompts, radiograph.stored_size)


def film_pixels(radiograph: Radiograph, input_size: int) -> NDArray[np.float32]:
    """The segmenter's input, (1, input_size, input_size) float32.

    The longer side becomes ``input_size``, the darkest pixel 0 and the brightest 1, and the film stands
    in the upper left corner of a black square.
    """
    gray = stretch(fit(radiograph, input_size), (0, 100))
    square = np.zeros((1, input_size, input_size), dtype=np.float32)
    square[0, : gray.shape[0], : gray.shape[1]] = gray
    return square


def _find(bundle: Bundle, precision: Precision) -> tuple[Segmenter, SegmenterRung]:
    segmenter = bundle.manifest.segmenter
    if segmenter is None:
        raise BundleError(f"The bundle {bundle.manifest.name} has no segmenter: add one with export.")
    if precision not in segmenter.ladder:
        has = ", ".join(segmenter.ladder)
        raise BundleError(f"The segmenter {segmenter.name} has no {precision} model: it has {has}.")
    return segmenter, segmenter.ladder[precision]


def _points(
    prompt: Prompt, stored: tuple[int, int], fitted: tuple[int, int]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """A prompt as point_coords (1, P, 2) in pixels of the input and point_labels (1, P)."""
    points = [(x, y, _INSIDE if inside else _OUTSIDE) for x, y, inside in prompt.points]
    if prompt.box is not None:
        left, top, right, bottom = prompt.box
        points += [(left, top, _UPPER_LEFT), (right, bottom, _LOWER_RIGHT)]
    else:
        points.append((0, 0, _NO_POINT))
    table = np.array(points, dtype=np.float32)
    scale = np.array([fitted[1] / stored[1], fitted[0] / stored[0]], dtype=np.float32)
    return table[np.newaxis, :, :2] * scale, table[np.newaxis, :, 2]
