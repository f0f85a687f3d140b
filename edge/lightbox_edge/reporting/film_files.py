"""The file of a film in a report; whether it is the film, its SHA-256 says once it is read."""

from __future__ import annotations

from lightbox_edge.film_places import places, sources
from lightbox_edge.reading import Source
from lightbox_edge.reporting.records import FilmReport
from lightbox_edge.worklist import Worklist


def film_file(worklist: Worklist, film: FilmReport) -> Source | None:
    """A file of the film's size in one of the places where its content was; None where there is none."""
    found = (
        source
        for place in places(worklist, film.judge, film.sha256)
        for source in sources(place)
        if source.bytes == place.bytes
    )
    return next(found, None)
