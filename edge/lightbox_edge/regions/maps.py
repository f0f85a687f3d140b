"""The maps of one film's findings, from patch_features where the bundle gives them, else by occlusion."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.judging import Model
from lightbox_edge.preprocess import fitted_size
from lightbox_edge.regions.occlusion import covered_features, occlusion_map
from lightbox_edge.regions.similarity import on_film, similarity_map
from lightbox_edge.scoring import Criterion, Features

MapKind = Literal["patches", "occlusion"]


@dataclass(frozen=True, slots=True)
class FindingMap:
    """Log-odds by place, (rows, columns) on the film alone at the image encoder's scale, and whence."""

    log_odds: Features
    kind: MapKind


class FilmMaps:
    """The maps of one film; without patch_features it is covered once, when the first map is asked for.

    Args:
        model: whose words are looked for.
        pixels: the film as the model saw it, (1, S, S).
        size: (rows, columns) of the stored picture.
        patch_features: of the film, (patches, dimensions); None has it covered.
    """

    def __init__(
        self,
        model: Model,
        pixels: NDArray[np.float32],
        size: tuple[int, int],
        patch_features: Features | None,
    ) -> None:
        self._model = model
        self._pixels, self._size = pixels, size
        self._patches = patch_features

    def of(self, criterion: Criterion) -> FindingMap:
        """The map of one finding."""
        words, scale = criterion.text_features, self._model.logit_scale
        if self._patches is not None:
            return FindingMap(self._on_film(similarity_map(self._patches, words, scale)), "patches")
        return FindingMap(self._on_film(occlusion_map(self._covered, words, scale)), "occlusion")

    @cached_property
    def _covered(self) -> Features:
        return covered_features(self._model.encode, self._pixels, self._size)

    def _on_film(self, log_odds: Features) -> Features:
        side = self._pixels.shape[-1]
        return on_film(log_odds, side, fitted_size(self._size, side))
