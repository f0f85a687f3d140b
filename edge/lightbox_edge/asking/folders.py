"""Words asked of all films under some paths, by the way that screening takes; an answer is kept nowhere."""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from dataclasses import dataclass

import msgspec

from lightbox_edge.asking.answering import Answering, SeenFilm
from lightbox_edge.asking.reply import Reply
from lightbox_edge.backends import beside_decoders
from lightbox_edge.decoder import DecoderPool, load_ahead
from lightbox_edge.loading import Loaded, LoadedFrame
from lightbox_edge.reading import Limits, Refused, find_sources
from lightbox_edge.regions.outliner import kept_side
from lightbox_edge.results import Outcome, Result
from lightbox_edge.scoring import triage


@dataclass(frozen=True, slots=True)
class AskedFilm:
    """A film's result with the words as its one finding, and the reply.

    There is no reply where the film is not judged, nor from a bundle whose graph gives no patches: a folder
    is not covered film by film only to say where.
    """

    result: Result
    reply: Reply | None


def ask_films(
    answering: Answering, paths: Sequence[str | os.PathLike[str]], words: str, cpus: int
) -> Generator[AskedFilm, None, None]:
    """The reply of each picture under files and folders, in path order; closing it ends the decoders.

    Raises:
        LightboxError: a path does not exist, there are no words, or the bundle carries no text encoder.
    """
    limits, bundle = Limits(), answering.bundle
    sources = find_sources(paths, limits)
    pool = DecoderPool(beside_decoders(cpus), bundle.manifest.preprocessing, limits, kept_side(bundle))
    try:
        for ready in load_ahead(pool, sources):
            for item in ready:
                if isinstance(item, Refused):
                    yield AskedFilm(Result(item.path, None, None, _unreadable(answering, item)), None)
                elif isinstance(item, Loaded) and item.is_image:
                    yield from (_asked(answering, item, frame, words) for frame in item.frames)
    finally:
        pool.close()


def _asked(answering: Answering, loaded: Loaded, frame: LoadedFrame, words: str) -> AskedFilm:
    result = Result(loaded.source.path, frame.number, loaded.sha256, Outcome("judged", "not judged"))
    seen = answering.see(result.path, str(result.film), frame)
    if not isinstance(seen, SeenFilm):
        return AskedFilm(msgspec.structs.replace(result, outcome=seen), None)
    scores = (answering.score(seen, words),)
    outcome = msgspec.structs.replace(
        seen.outcome, findings=scores, triage=triage(scores, (answering.criterion(words),))
    )
    reply = answering.answer(seen, words) if seen.has_patches else None
    return AskedFilm(msgspec.structs.replace(result, outcome=outcome), reply)


def _unreadable(answering: Answering, place: Refused) -> Outcome:
    return answering.model.marked(Outcome("unreadable", "not judged", (place.reason,)))
