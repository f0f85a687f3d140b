"""The films of a merged worklist that wait for an arbiter, as the review lists them."""

from __future__ import annotations

from collections.abc import Iterator

from lightbox_edge.decisions import DecisionLog
from lightbox_edge.merging.records import Disputed, Said
from lightbox_edge.results import FilmKey
from lightbox_edge.worklist import Worklist


def disputed(worklist: Worklist) -> Iterator[Disputed]:
    """Each with what its readers, or its arbiters, say of it."""
    standings = DecisionLog(worklist).standings
    for film in standings.films():
        standing = standings.of(film)
        if standing.is_disputed:
            said = (Said(one.reader, one.kind, one.words, one.at) for one in standing.final)
            yield Disputed(_path(worklist, film), *film, tuple(said))


def _path(worklist: Worklist, film: FilmKey) -> str:
    """The first path of a film; empty where only decisions on it are left."""
    with worklist.reading() as connection:
        (found,) = connection.execute(
            "SELECT min(path) FROM picture"
            " WHERE judge IN (SELECT id FROM judge) AND sha256 = ? AND frame = ?",
            film,
        ).fetchone()
    return found or ""
