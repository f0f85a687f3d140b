"""Which films are referred: files that a person named, films by their content, or all that are flagged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lightbox_edge.decisions import ReviewRow
from lightbox_edge.errors import LightboxError, NotAnImage, UnreadableImage
from lightbox_edge.film_places import places, sources
from lightbox_edge.reading import Refused, Source, find_sources, read_bytes
from lightbox_edge.worklist import Worklist


@dataclass(frozen=True, slots=True)
class ChosenFile:
    """A file with the worklist's rows of its pictures, one a frame, as its latest judge saw them."""

    source: Source
    rows: tuple[ReviewRow, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A place that was named and holds no film that can be referred; ``reason`` is one sentence."""

    path: str
    reason: str


def files_named(worklist: Worklist, paths: Sequence[Path]) -> Iterator[ChosenFile | LeftOut]:
    """The films under some paths, zips and folders followed; what is no image is passed over."""
    for found in find_sources(paths):
        if isinstance(found, Refused):
            yield LeftOut(found.path, found.reason)
            continue
        try:
            sha256 = hashlib.sha256(read_bytes(found)).hexdigest()
        except NotAnImage:
            continue
        except UnreadableImage as error:
            yield LeftOut(found.path, str(error))
            continue
        rows = _rows(worklist, sha256)
        if rows:
            yield ChosenFile(found, rows)
        else:
            yield LeftOut(found.path, "It is not in the worklist: run lightbox screen on it first.")


def films_by_content(worklist: Worklist, wanted: Sequence[str]) -> Iterator[ChosenFile | LeftOut]:
    """The films with these SHA-256, read again from where they were screened.

    Raises:
        LightboxError: the worklist has no such film.
    """
    for sha256 in wanted:
        rows = _rows(worklist, sha256.lower())
        if not rows:
            raise LightboxError(f"The worklist {worklist.path} has no film with the SHA-256 {sha256}.")
        yield _found_again(worklist, rows)


def flagged_films(worklist: Worklist) -> Iterator[ChosenFile | LeftOut]:
    """Every file of which a picture is flagged now, by its latest judge."""
    flagged = dict.fromkeys(
        result.sha256 for result in worklist.results() if result.sha256 and result.outcome.triage == "flagged"
    )
    for sha256 in flagged:
        rows = _rows(worklist, sha256)
        if any(row.result.outcome.triage == "flagged" for row in rows):
            yield _found_again(worklist, rows)


def _rows(worklist: Worklist, sha256: str) -> tuple[ReviewRow, ...]:
    for judge in reversed(worklist.judges()):
        if found := worklist.same_content(judge, sha256):
            return tuple(ReviewRow(result, judge) for result in found)
    return ()


def _found_again(worklist: Worklist, rows: tuple[ReviewRow, ...]) -> ChosenFile | LeftOut:
    """The file where it was when it was judged, or a copy of it, with the same content still."""
    result = rows[0].result
    for place in places(worklist, rows[0].judge.id, result.sha256):
        for source in sources(place):
            try:
                if hashlib.sha256(read_bytes(source)).hexdigest() == result.sha256:
                    return ChosenFile(source, rows)
            except (NotAnImage, UnreadableImage):
                continue
    return LeftOut(
        result.file, "Its file is no longer there, or has changed: put it back where it was screened."
    )
