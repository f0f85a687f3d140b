"""The pictures of a report's films, from the files that were judged; what cannot be shown is told why.

A file counts as the film only if its SHA-256 is the one that was judged. Outlines are drawn only by the very
machine that judged: another one would point at what it sees itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType

from lightbox_edge.backends import usable_cpus
from lightbox_edge.bundle import Bundle
from lightbox_edge.decoder import DecoderPool, load_ahead
from lightbox_edge.languages import Language
from lightbox_edge.loading import Loaded
from lightbox_edge.manifest import Precision, Preprocessing
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.reading import Limits, Source
from lightbox_edge.regions import FilmRegions, Region
from lightbox_edge.regions.drawing import SIDE
from lightbox_edge.reporting.film_files import film_file
from lightbox_edge.reporting.outlining import outliner_of
from lightbox_edge.reporting.picture_drawing import MOST_OUTLINES, small_picture
from lightbox_edge.reporting.records import FilmReport
from lightbox_edge.worklist import Worklist

_ANY = Preprocessing(64, (0.5, 99.5), 0.5, 0.25)  # for decoders that feed no network


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG, None where there is none, and sentences about it."""

    jpeg: bytes | None
    words: tuple[str, ...] = ()


class FilmPictures:
    """Makes the pictures of films; a context manager.

    Args:
        worklist: that knows where the films' files were.
        say: the language.
        bundle: draws the outlines, at ``precision``; None shows films without.
        precision: a rung of the bundle's ladder.

    Raises:
        LightboxError: see `Outliner`.
    """

    def __init__(
        self, worklist: Worklist, say: Language, bundle: Bundle | None, precision: Precision | None
    ) -> None:
        self._worklist, self._say = worklist, say
        self._outliner = outliner_of(bundle, precision)
        self._pool = None if self._outliner else DecoderPool(usable_cpus(), _ANY, Limits(), SIDE)

    def __enter__(self) -> FilmPictures:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._outliner:
            self._outliner.__exit__(kind, error, trace)
        if self._pool:
            self._pool.close()

    def of(self, films: Sequence[FilmReport]) -> list[Picture]:
        """The picture of each film; memory holds the decoded ones one after the other."""
        wanted = defaultdict(list)
        for film in films:
            wanted[film.key].append(film)  # copies, and rows of several judges, are one picture
        sources = {film.sha256: source for film in films if (source := film_file(self._worklist, film))}
        made = {
            (found.key, film.judge): self._picture(found.radiograph, found, film)
            for found in self._found(sources.values())
            if found.radiograph is not None
            for film in wanted.get(found.key, ())
        }
        return [made.get((film.key, film.judge)) or self._none(film) for film in films]

    def _found(self, sources: Iterable[Source]) -> Iterator[FilmRegions]:
        if self._outliner:
            return self._outliner.of_sources(sources)
        return _without_regions(self._pool, sources) if self._pool else iter(())

    def _picture(self, radiograph: Radiograph, found: FilmRegions, film: FilmReport) -> Picture:
        outlined, words = self._regions(found, film)
        names = "; ".join(f"{number} {self._say(one.target)}" for number, one in enumerate(outlined, 1))
        if names:
            words.insert(0, self._say("Outlined is where the machine looked: {findings}.", findings=names))
        return Picture(small_picture(radiograph, outlined), tuple(words))

    def _regions(self, found: FilmRegions, film: FilmReport) -> tuple[list[Region], list[str]]:
        """What is drawn of the findings that flagged the film, and why the rest is not."""
        say = self._say
        if not film.flagged:
            return [], []
        if self._outliner is None:
            return [], [say("No outline: the bundle that judged this film is not at hand.")]
        if self._outliner.model.judge.id != film.judge:
            return [], [
                say("No outline: another bundle, precision, calibration or findings file judged this film.")
            ]
        regions = {one.target: one for one in found.regions}
        placed = [name for name in film.flagged if name in regions and _is_somewhere(regions[name])]
        drawn = [regions[name] for name in placed[:MOST_OUTLINES]]
        words = [
            say("No place on the film stands out for {finding}.", finding=say(name))
            for name in film.flagged
            if name not in placed
        ]
        if rest := placed[MOST_OUTLINES:]:
            names = ", ".join(say(name) for name in rest)
            words.append(say("Not outlined, so that the film can be seen: {findings}.", findings=names))
        return drawn, [*words, *_ratio(drawn, say)]

    def _none(self, film: FilmReport) -> Picture:
        say = self._say
        if film.status == "unreadable":
            return Picture(None, (say("No picture: the file could not be read."),))
        return Picture(
            None, (say("No picture: the film's file is gone, or is no longer the one that was judged."),)
        )


def _without_regions(pool: DecoderPool, sources: Iterable[Source]) -> Iterator[FilmRegions]:
    loaded = (item for ready in load_ahead(pool, sources) for item in ready if isinstance(item, Loaded))
    for file in loaded:
        for frame in file.frames:
            number = "" if frame.number is None else f"#{frame.number}"
            yield FilmRegions("", f"{file.sha256}{number}", frame.status, (), frame.radiograph, ())


def _is_somewhere(region: Region) -> bool:
    return region.mask is not None or region.box is not None


def _ratio(regions: Iterable[Region], say: Language) -> Iterator[str]:
    for one in regions:
        if "cardiothoracic_ratio" in one.measurements:
            ratio = f"{one.measurements['cardiothoracic_ratio']:.2f}"
            yield say("Cardiothoracic ratio {ratio}, found by the machine: read it as a hint.", ratio=ratio)
