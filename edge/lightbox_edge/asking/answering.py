"""A bundle that can be asked: its image and text encoder, what finds lungs, and its segmenter, kept open."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from lightbox_edge.asking.reply import Reply
from lightbox_edge.asking.sides import side_of, without_side
from lightbox_edge.asking.where import where_on
from lightbox_edge.backends import BackendName, Device
from lightbox_edge.bundle import Bundle
from lightbox_edge.findings import WantedFinding, finding_asked, spoken_criterion
from lightbox_edge.judging import Model
from lightbox_edge.loading import LoadedFrame
from lightbox_edge.manifest import Precision
from lightbox_edge.regions.embedding_store import EmbeddingStore
from lightbox_edge.regions.finder import RegionFinder, Wanted
from lightbox_edge.regions.finding_regions import Film
from lightbox_edge.regions.maps import FilmMaps
from lightbox_edge.regions.organs import lung_box, thorax_box
from lightbox_edge.results import FindingScore, Outcome
from lightbox_edge.scoring import Criterion, Features, score
from lightbox_edge.text import SentenceEncoder, open_text_encoder


@dataclass(frozen=True, slots=True, eq=False)
class SeenFilm:
    """A film that the bundle has looked at once; any number of words can then be asked of it.

    ``has_patches`` says whether its maps come from that look; else each film must be covered and looked at
    again for them, see `regions.occlusion`.
    """

    path: str
    outcome: Outcome
    image_features: Features
    ratio: float | None
    film: Film
    maps: FilmMaps
    has_patches: bool


class Answering:
    """Answers words about films with one bundle.

    Args:
        bundle: an opened bundle; the files used are verified here, and the text encoder's and the
            segmenter's when they are first needed.
        precision, backend, device, threads: see `Model`.

    Raises:
        LightboxError: see `Model`.
    """

    def __init__(
        self,
        bundle: Bundle,
        *,
        precision: Precision | Literal["auto"] = "auto",
        backend: BackendName = "auto",
        device: Device = "auto",
        threads: int | None = None,
    ) -> None:
        self.bundle = bundle
        self.model = Model(bundle, precision=precision, backend=backend, device=device, threads=threads)
        runtime = self.model.choice.backend, device, threads
        self._finder = RegionFinder(bundle, self.model, Wanted(()), EmbeddingStore(None), *runtime)
        self._backend = backend
        self._criteria: dict[str, Criterion] = {}

    def see(self, path: str, content: str, frame: LoadedFrame) -> SeenFilm | Outcome:
        """Look at a film once; where it is not judged nothing can be asked of it, and its outcome says why.

        Args:
            path: as screening names it.
            content: names its content and frame, see `Outlines`.
            frame: loaded with its radiograph kept.
        """
        judged = self.model.judged([frame])[0]
        features, radiograph, pixels = judged.image_features, frame.radiograph, frame.pixels
        if features is None or radiograph is None or pixels is None:
            return judged.outcome
        film = Film(content, radiograph, self._finder.organs(radiograph, judged))
        maps = FilmMaps(self.model, pixels, radiograph.stored_size, judged.patch_features)
        return SeenFilm(
            path, judged.outcome, features, judged.ratio, film, maps, judged.patch_features is not None
        )

    def score(self, seen: SeenFilm, words: str) -> FindingScore:
        """What the words score on a film, without where; see `answer`."""
        return score(seen.image_features, self.criterion(words), self.model.logit_scale, seen.ratio)

    def answer(self, seen: SeenFilm, words: str) -> Reply:
        """What the bundle says of words on a film that it has seen.

        Raises:
            LightboxError: there are no words, or the bundle carries no text encoder.
        """
        scored = self.score(seen, words)
        found = seen.maps.of(self.criterion(words))
        side = side_of(words)
        on_side = lung_box(seen.film.organs, side) if side else None
        within = on_side or thorax_box(seen.film.organs)
        region = self._finder.region(seen.film, scored, found, within)
        size = seen.film.radiograph.stored_size
        where = where_on(region.maximum, size, seen.film.organs) if region.maximum else None
        return Reply(
            path=seen.path, words=" ".join(words.split()), score=scored, found=found, region=region,
            where=where, side=side, within=within, is_on_side=on_side is not None, asked_of="",
            film=seen.film,
        )  # fmt: skip

    def criterion(self, words: str) -> Criterion:
        """The bundle's own finding where the words name one, a side of the patient aside; else the words."""
        wanted = self._wanted(words)
        if wanted.name not in self._criteria:
            self._criteria[wanted.name] = self._made(wanted)
        return self._criteria[wanted.name]

    def _wanted(self, words: str) -> WantedFinding:
        asked = finding_asked(self.bundle, words)
        if asked.descriptors and side_of(words):
            for plain in filter(None, without_side(words)):
                own = finding_asked(self.bundle, plain)
                if not own.descriptors:
                    return own
        return asked

    def _made(self, wanted: WantedFinding) -> Criterion:
        if not wanted.descriptors:
            return next(one for one in self.model.criteria if one.name == wanted.name)
        sentences = [sentence for pair in wanted.descriptors for sentence in pair]
        features = self._text_encoder(sentences).reshape(len(wanted.descriptors), 2, -1)
        return spoken_criterion(wanted, features)

    @cached_property
    def _text_encoder(self) -> SentenceEncoder:
        return open_text_encoder(self.bundle, self._backend)
