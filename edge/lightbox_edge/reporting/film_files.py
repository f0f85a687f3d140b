"""Where the file of a film may still lie; whether it is the film, its SHA-256 says once it is read."""

from __future__ import annotations

import os
from collections.abc import Iterator

from lightbox_edge.reading import Refused, Source, find_sources
from lightbox_edge.reporting.records import FilmReport
from lightbox_edge.worklist import Worklist


class FilmFiles:
    """The files behind the rows of a worklist; zips are listed once."""

    def __init__(self, worklist: Worklist) -> None:
        self._worklist = worklist
        self._zips: dict[str, dict[str, Source]] = {}

    def of(self, film: FilmReport) -> Source | None:
        """A file of the film's size in one of the places where its content was; None where there is none."""
        places = self._worklist.places(film.judge, film.sha256) if film.sha256 else []
        for location, member, size in places:
            found = self._member(location, member) if member else _file(location)
            if found and found.bytes == size:
                return found
        return None

    def _member(self, location: str, member: str) -> Source | None:
        if location not in self._zips:
            self._zips[location] = {"/".join(one.members): one for one in _listed(location)}
        return self._zips[location].get(member)


def _file(location: str) -> Source | None:
    try:
        found = os.stat(location)  # noqa: PTH116  # text in, text out
    except OSError:
        return None
    return Source(location, location, (), found.st_size, found.st_mtime_ns)


def _listed(location: str) -> Iterator[Source]:
    if not os.path.lexists(location):
        return
    yield from (one for one in find_sources([location]) if not isinstance(one, Refused))
