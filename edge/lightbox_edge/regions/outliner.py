"""From paths to the regions of every film, by the way that screening takes; see `Outliner`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Literal

from lightbox_edge.backends import BackendName, Device, beside_decoders, usable_cpus
from lightbox_edge.bundle import Bundle
from lightbox_edge.decoder import DecoderPool, load_ahead
from lightbox_edge.judging import Model
from lightbox_edge.loading import Loaded, LoadedFrame
from lightbox_edge.manifest import Precision
from lightbox_edge.preprocess import OVERSAMPLING
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.reading import Limits, Refused, Source, find_sources
from lightbox_edge.regions.drawing import SIDE
from lightbox_edge.regions.embedding_store import EmbeddingStore
from lightbox_edge.regions.finder import RegionFinder, Wanted
from lightbox_edge.regions.records import Region
from lightbox_edge.results import Status


@dataclass(frozen=True, slots=True)
class FilmRegions:
    """The regions of one film.

    Attributes:
        path: as screening names it: the file, or ``file#2``.
        key: of its content and frame, the same for every copy of the file.
        status: as in screening, with its ``reasons``.
        radiograph: its picture, None where it could not be read.
        regions: the organs, the findings, then what a person pointed at.
    """

    path: str
    key: str
    status: Status
    reasons: tuple[str, ...]
    radiograph: Radiograph | None
    regions: tuple[Region, ...]


class Outliner:
    """Finds the regions of files and folders with one bundle; a context manager.

    Args:
        bundle: an opened bundle; the files used are verified here.
        wanted: what is looked for beside the organs.
        store: keeps the segmenter's embeddings.
        precision, backend, device: see `Model`.
        threads: of the runtime, and twice the decoder processes; None is one for each usable CPU.

    Raises:
        LightboxError: see `Model` and `RegionFinder`.
    """

    def __init__(
        self,
        bundle: Bundle,
        wanted: Wanted,
        store: EmbeddingStore,
        *,
        precision: Precision | Literal["auto"] = "auto",
        backend: BackendName = "auto",
        device: Device = "auto",
        threads: int | None = None,
    ) -> None:
        cpus = threads or usable_cpus()
        self._limits = Limits()
        how = bundle.manifest.preprocessing
        # Segmenting takes longer than decoding: the runtime has all CPUs, the decoders half as many.
        self._pool = DecoderPool(beside_decoders(cpus), how, self._limits, kept_side(bundle))
        try:
            self.model = Model(
                bundle,
                precision=precision,
                backend=backend,
                device=device,
                threads=cpus,
                findings=wanted.findings,
            )
            self._finder = RegionFinder(
                bundle, self.model, wanted, store, self.model.choice.backend, device, cpus
            )
        except BaseException:
            self._pool.close()
            raise

    def __enter__(self) -> Outliner:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.close()

    def regions(self, paths: Sequence[str | os.PathLike[str]]) -> Iterator[FilmRegions]:
        """The regions of each picture under files and folders, in path order.

        Raises:
            LightboxError: a path does not exist.
        """
        return self.of_sources(find_sources(paths, self._limits))

    def of_sources(self, sources: Iterable[Source | Refused]) -> Iterator[FilmRegions]:
        """The same of files that have been found already, in their order."""
        for ready in load_ahead(self._pool, sources):
            for item in ready:
                if isinstance(item, Refused):
                    yield self._without_picture(item.path, "unreadable", (item.reason,))
                elif isinstance(item, Loaded) and item.is_image:
                    yield from (self._of_frame(item, frame) for frame in item.frames)

    def _of_frame(self, loaded: Loaded, frame: LoadedFrame) -> FilmRegions:
        judged = self.model.judged([frame])[0]
        number = "" if frame.number is None else f"#{frame.number}"
        path, outcome = f"{loaded.source.path}{number}", judged.outcome
        if frame.radiograph is None:
            return self._without_picture(path, outcome.status, outcome.reasons)
        key = f"{loaded.sha256}{number}"
        regions = self._finder.find(key, frame.radiograph, frame.pixels, judged)
        return FilmRegions(path, key, outcome.status, outcome.reasons, frame.radiograph, tuple(regions))

    def _without_picture(self, path: str, status: Status, reasons: tuple[str, ...]) -> FilmRegions:
        none = self._finder.none(" ".join(reasons))
        return FilmRegions(path, "", status, reasons, None, tuple(none))


def kept_side(bundle: Bundle) -> int:
    """The longer side under which no picture is reduced: enough for every network, and for a person."""
    parts = (bundle.manifest.segmenter, bundle.manifest.anatomy)
    return max([SIDE, *(round(OVERSAMPLING * part.input_size) for part in parts if part)])
