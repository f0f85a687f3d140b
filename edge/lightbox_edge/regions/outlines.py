"""A bundle's segmenter as regions use it: opened when it is first needed, and each film embedded once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from lightbox_edge.backends import BackendName, Device
from lightbox_edge.bundle import Bundle
from lightbox_edge.errors import LightboxError
from lightbox_edge.manifest import Precision, Segmenter
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.regions.embedding_store import EmbeddingStore
from lightbox_edge.segmenting import Embedding, Mask, Prompt, SegmenterModel, film_pixels


class Outlines:
    """Masks from prompts; ``precision`` is that of the image encoder, taken where the segmenter has it.

    Raises:
        LightboxError: the bundle has no segmenter.
    """

    def __init__(
        self,
        bundle: Bundle,
        precision: Precision,
        store: EmbeddingStore,
        backend: BackendName = "auto",
        device: Device = "auto",
        threads: int | None = None,
    ) -> None:
        segmenter = bundle.manifest.segmenter
        if segmenter is None:
            raise LightboxError(why_no_segmenter(bundle))
        self._bundle = bundle
        self._precision = segmenter_precision(segmenter, precision)
        self._runtime = backend, device, threads
        self._store = store
        self._identity = segmenter.ladder[self._precision].image_encoder.sha256

    @cached_property
    def model(self) -> SegmenterModel:
        """The segmenter; a folder with nothing flagged never opens it."""
        return SegmenterModel(self._bundle, self._precision, *self._runtime)

    def masks(self, film: str, radiograph: Radiograph, prompts: Sequence[Prompt]) -> list[Mask]:
        """One mask a prompt; ``film`` names the picture's content and frame in the store."""

        def embed() -> Embedding:
            pixels = film_pixels(radiograph, self.model.input_size)
            embedding: Embedding = self.model.embed(pixels[np.newaxis])[0]
            return embedding

        embedding = self._store.get(f"{film} {self._identity} {self._precision}", embed)
        return self.model.masks(embedding, prompts, radiograph.stored_size)


def segmenter_precision(segmenter: Segmenter, precision: Precision) -> Precision:
    """The rung of that precision; a segmenter whose masks INT8 costs too much may have none: its first."""
    return precision if precision in segmenter.ladder else next(iter(segmenter.ladder))


def why_no_segmenter(bundle: Bundle) -> str:
    """What is missing and what would work."""
    return (
        f"The bundle {bundle.manifest.name} has no segmenter and so outlines nothing: name with --bundle one "
        "that has, or add one on a workstation with lightbox export litemedsam."
    )
