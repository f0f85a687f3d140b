"""Where the lungs are, with no prompt: a bundle's small anatomy network and what is kept of its masks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lightbox_edge.backends import BackendName, Device, open_session, output
from lightbox_edge.bundle import Bundle
from lightbox_edge.errors import LightboxError
from lightbox_edge.manifest import Anatomy, Preprocessing
from lightbox_edge.masks_enlarging import positive
from lightbox_edge.pieces import largest_piece
from lightbox_edge.preprocess import OVERSAMPLING, film_in_square, fit, pad, stretch
from lightbox_edge.radiograph import Radiograph

Pixels = NDArray[np.float32]
Masks = Mapping[str, NDArray[np.bool_]]

# The patient's sides. Lungs are what is seen of them beside the heart, as JSRT's masks have it and as films
# are blanked; whole ones go on behind the heart.
LUNGS = ("lung_left", "lung_right")
WHOLE_LUNGS = ("whole_lung_left", "whole_lung_right")
LEAST = 0.01  # of the film: a lung that is smaller was not found; ordinary ones have 0.08 to 0.2
_OUTSIDE = -8.0  # a logit that is surely none


class AnatomyModel:
    """An anatomy network, opened; `open_anatomy` opens a bundle's."""

    def __init__(
        self,
        anatomy: Anatomy,
        model: bytes,
        backend: BackendName = "auto",
        device: Device = "auto",
        threads: int | None = None,
    ) -> None:
        self._anatomy = anatomy
        self._session = open_session(model, backend, device, threads)

    @property
    def decode_size(self) -> int:
        """The longer side in pixels under which a decoder must not reduce a picture."""
        return round(OVERSAMPLING * self._anatomy.input_size)

    def film_pixels(self, radiograph: Radiograph) -> Pixels:
        """The network's input, (1, input_size, input_size) float32."""
        side = self._anatomy.input_size
        return pad(stretch(fit(radiograph, side), self._anatomy.percentiles), side)[np.newaxis]

    def find(self, radiograph: Radiograph) -> Masks:
        """Each target's mask, (rows, columns) of the stored picture; all False where it is not found."""
        return self._masks(self.film_pixels(radiograph), radiograph.stored_size)

    def find_in(self, pixels: Pixels, how: Preprocessing) -> Masks:
        """The masks, (S, S), on what an image encoder is given, (1, S, S), preprocessed as ``how`` says."""
        return self._masks(self._given(pixels, how), (pixels.shape[1], pixels.shape[2]))

    def lungs_in(self, pixels: Pixels, how: Preprocessing, side: int) -> Masks:
        """Those of `LUNGS` alone on the same, drawn with ``side`` x ``side`` places."""
        return self._masks(self._given(pixels, how), (side, side), LUNGS)

    def _given(self, pixels: Pixels, how: Preprocessing) -> Pixels:
        """This network's input from an image encoder's."""
        gray: Pixels = np.clip(pixels[0] * how.std + how.mean, 0, 1).astype(np.float32)
        side = self._anatomy.input_size
        if side == len(gray):
            return gray[np.newaxis]
        resized = Image.fromarray(gray).resize((side, side), Image.Resampling.BICUBIC)
        return np.asarray(resized, dtype=np.float32)[np.newaxis]

    def _masks(self, pixels: Pixels, size: tuple[int, int], wanted: Sequence[str] | None = None) -> Masks:
        given = self._session.run({"pixels": pixels[np.newaxis]})
        logits = output(given, "masks", (1, len(self._anatomy.targets), None, None))[0]
        box = film_in_square(logits.shape[-1], self._anatomy.input_size, size)
        found = {
            target: positive(_one_piece(one), box, size)
            for target, one in zip(self._anatomy.targets, logits, strict=True)
            if wanted is None or target in wanted
        }
        return {
            target: mask if np.count_nonzero(mask) >= LEAST * mask.size else np.zeros_like(mask)
            for target, mask in found.items()
        }


def open_anatomy(
    bundle: Bundle, backend: BackendName = "auto", device: Device = "auto", threads: int | None = None
) -> AnatomyModel:
    """A bundle's anatomy network; the model's file is verified.

    Raises:
        LightboxError: the bundle has no such network, or its file is damaged.
    """
    anatomy = bundle.manifest.anatomy
    if anatomy is None:
        raise LightboxError(why_no_anatomy(bundle))
    return AnatomyModel(anatomy, bundle.read(anatomy.model), backend, device, threads)


def why_no_anatomy(bundle: Bundle) -> str:
    """What is missing and what would work."""
    return (
        f"The bundle {bundle.manifest.name} cannot find the lungs: name with --bundle one that can, or add "
        "that on a workstation with lightbox export anatomy."
    )


def both_lungs(masks: Masks) -> NDArray[np.bool_] | None:
    """The two lungs in one mask; None unless both were found."""
    left, right = (masks.get(name) for name in LUNGS)
    if left is None or right is None or not left.any() or not right.any():
        return None
    both: NDArray[np.bool_] = left | right
    return both


def _one_piece(logits: Pixels) -> Pixels:
    """The logits with all but their largest piece surely outside; its border keeps its slope."""
    piece = largest_piece(logits > 0)
    grown = np.pad(piece, 1)
    around = grown[:-2, 1:-1] | grown[2:, 1:-1] | grown[1:-1, :-2] | grown[1:-1, 2:] | piece
    return np.where(around, np.where(piece, logits, np.minimum(logits, 0)), np.float32(_OUTSIDE))
