"""Where a film's file lay when it was judged, and what is to be read there now.

Whether that is still the film, its SHA-256 says once it is read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from zipfile import ZipFile

from lightbox_edge.decisions import ReviewRow
from lightbox_edge.errors import LightboxError, UnreadableImage
from lightbox_edge.reading import Source
from lightbox_edge.reading.archives import kept_zip
from lightbox_edge.reading.limits import DEFAULT_LIMITS
from lightbox_edge.worklist import Worklist, true_location

_PLACES = "SELECT DISTINCT path, location, member, bytes, sha256 FROM picture WHERE judge = ? AND sha256 IS ?"


@dataclass(frozen=True, slots=True)
class Place:
    """A file on the disk, or a member of a zip there by its names with ``/`` between.

    ``bytes`` and ``sha256`` are what its content had when it was judged; that is None where it could not be
    read.
    """

    path: str
    location: str
    member: str
    bytes: int
    sha256: str | None


def place_of(worklist: Worklist, row: ReviewRow) -> Place:
    """Where a row's own file lay.

    Raises:
        LightboxError: the worklist has no such row any more.
    """
    result = row.result
    with worklist.reading() as connection:
        found = connection.execute(
            f"{_PLACES} AND path = ? AND frame = ?",
            (row.judge.id, result.sha256, result.file, result.frame or 0),
        ).fetchone()
    if found is None:
        raise LightboxError(f"The worklist has no film {result.path} any more: screen its folder again.")
    return _place(*found)


def places(worklist: Worklist, judge: str, sha256: str | None, first: str = "") -> list[Place]:
    """Where files of that content lay when a judge saw them, the path ``first`` before the others."""
    if sha256 is None:
        return []
    with worklist.reading() as connection:
        found = connection.execute(f"{_PLACES} ORDER BY path <> ?, path", (judge, sha256, first)).fetchall()
    return [_place(*one) for one in found]


def sources(place: Place) -> Iterator[Source]:
    """What may be the film: the file, or of a zip the member of that name, then one in a zip inside it.

    There is at least one. Where nothing is any more it has 0 bytes, and reading it says why.
    """
    if not place.member:
        yield Source(place.path, place.location, (), _bytes_on_disk(place.location), 0)
        return
    none: tuple[tuple[str, ...], int] = (place.member,), 0
    there = _members(place.location, place.member)
    for members, size in chain([next(there, none)], there):
        yield Source(place.path, place.location, members, size, 0)


def _place(path: str, location: str, member: str, size: int, sha256: str | None) -> Place:
    return Place(path, true_location(location), member, size, sha256)


def _bytes_on_disk(location: str) -> int:
    try:
        return os.stat(location).st_size  # noqa: PTH116  # text in, text out
    except (OSError, ValueError):
        return 0


def _members(
    location: str, member: str, around: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], int]]:
    """The names that lead into a zip, and the size: a member's own name may hold slashes, as may a zip's."""
    if len(around) >= DEFAULT_LIMITS.nesting:
        return
    try:
        archive = kept_zip(location, around, DEFAULT_LIMITS)
    except (OSError, ValueError, UnreadableImage):
        return
    if (size := _bytes_in(archive, member)) is not None:
        yield (*around, member), size
    for cut in re.finditer("/", member):
        if _bytes_in(archive, member[: cut.start()]) is not None:
            yield from _members(location, member[cut.end() :], (*around, member[: cut.start()]))


def _bytes_in(archive: ZipFile, name: str) -> int | None:
    try:
        return archive.getinfo(name).file_size
    except KeyError:
        return None
