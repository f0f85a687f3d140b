"""Every region of one film: organs, findings, and what a person pointed at; see `RegionFinder`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.anatomy import AnatomyModel, open_anatomy, why_no_anatomy
from lightbox_edge.backends import BackendName, Device
from lightbox_edge.bundle import Bundle
from lightbox_edge.errors import LightboxError
from lightbox_edge.findings import WantedFinding
from lightbox_edge.judging import Judged, Model
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.regions.embedding_store import EmbeddingStore
from lightbox_edge.regions.finding_regions import Film, finding_region, prompted_region
from lightbox_edge.regions.maps import FilmMaps, FindingMap
from lightbox_edge.regions.organs import ORGANS, Organs, find_organs, organ_regions
from lightbox_edge.regions.outlines import Outlines, why_no_segmenter
from lightbox_edge.regions.records import Box, Point, Region, no_region
from lightbox_edge.results import FindingScore


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for beside the organs: findings, None for those flagged, and (target, box or point)."""

    findings: tuple[WantedFinding, ...] | None = None
    prompts: tuple[tuple[str, Box | Point], ...] = ()


class RegionFinder:
    """Finds the regions of films with one bundle; what the bundle lacks is told region by region.

    Args:
        bundle: an opened bundle.
        model: of the same, with the findings that are ``wanted``.
        wanted: what is looked for.
        store: keeps the segmenter's embeddings.
        backend, device, threads: of the anatomy network and the segmenter.

    Raises:
        LightboxError: a prompt was given and the bundle has no segmenter; a file of it is damaged.
    """

    def __init__(
        self,
        bundle: Bundle,
        model: Model,
        wanted: Wanted,
        store: EmbeddingStore,
        backend: BackendName = "auto",
        device: Device = "auto",
        threads: int | None = None,
    ) -> None:
        if wanted.prompts and bundle.manifest.segmenter is None:
            raise LightboxError(why_no_segmenter(bundle))
        self._model, self._wanted = model, wanted
        runtime = backend, device, threads
        self._anatomy: AnatomyModel | str = (
            open_anatomy(bundle, *runtime) if bundle.manifest.anatomy else why_no_anatomy(bundle)
        )
        self._outlines: Outlines | str = (
            Outlines(bundle, model.choice.precision, store, *runtime)
            if bundle.manifest.segmenter
            else why_no_segmenter(bundle)
        )

    def find(
        self, key: str, radiograph: Radiograph, pixels: NDArray[np.float32] | None, judged: Judged
    ) -> list[Region]:
        """The regions of one film: the organs, the findings, then what a person pointed at.

        Args:
            key: names the film's content and frame, see `Outlines`.
            radiograph: its picture.
            pixels: what the model saw of it, (1, S, S), None where it was not judged.
            judged: what the model says of it.
        """
        organs = self.organs(radiograph, judged)
        film = Film(key, radiograph, organs)
        findings = self._findings(film, pixels, judged)
        return self._marked([*organ_regions(organs, radiograph), *findings, *self._prompted(film)])

    def none(self, reason: str) -> list[Region]:
        """The regions of a film of which there is no picture."""
        asked = [one.name for one in self._wanted.findings or ()]
        drawn = [target for target, _ in self._wanted.prompts]
        return self._marked([no_region(target, reason) for target in (*ORGANS, *asked, *drawn)])

    def region(self, film: Film, score: FindingScore, found: FindingMap, within: Box | None = None) -> Region:
        """The region of one finding, see `finding_region`."""
        return finding_region(film, score, found, self._outlines, within)

    def organs(self, radiograph: Radiograph, judged: Judged) -> Organs:
        """Lungs and heart of a film, or why they were not looked for."""
        if judged.outcome.status != "judged":
            return Organs(reason=" ".join(judged.outcome.reasons))
        if isinstance(self._anatomy, str):
            return Organs(reason=self._anatomy)
        return find_organs(self._anatomy, radiograph)

    def _marked(self, regions: list[Region]) -> list[Region]:
        """Regions as people get them: those of an unsigned bundle say so."""
        if self._model.signed:
            return regions
        return [replace(one, measurements={**one.measurements, "bundle": "unsigned"}) for one in regions]

    def _findings(self, film: Film, pixels: NDArray[np.float32] | None, judged: Judged) -> Iterator[Region]:
        """Of the findings that were asked for, or else of those that are flagged."""
        asked = self._wanted.findings
        if judged.outcome.status != "judged" or pixels is None:
            reason = " ".join(judged.outcome.reasons)
            yield from (no_region(one.name, reason) for one in asked or ())
            return
        maps = FilmMaps(self._model, pixels, film.radiograph.stored_size, judged.patch_features)
        for score, criterion in zip(judged.outcome.findings, self._model.criteria, strict=True):
            if asked is not None or score.flagged:
                yield self.region(film, score, maps.of(criterion))

    def _prompted(self, film: Film) -> Iterator[Region]:
        for target, prompt in self._wanted.prompts:
            if isinstance(self._outlines, Outlines):  # __init__ has refused prompts without
                yield prompted_region(target, film, prompt, self._outlines)
