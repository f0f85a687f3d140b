"""The film of a worklist's row, read again from its place, which may have changed since."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from lightbox_edge.decisions import ReviewRow
from lightbox_edge.errors import LightboxError
from lightbox_edge.loading import Loaded, LoadedFrame
from lightbox_edge.reading import Source, find_sources
from lightbox_edge.worklist import Worklist, true_location


def places(worklist: Worklist, row: ReviewRow) -> list[Source]:
    """Where the row's film and its copies lay when they were screened, its own place first.

    ``members`` names a zip's member in one piece, see `load_again`.
    """
    if row.film is None:
        return []
    with worklist.reading() as connection:
        found = connection.execute(
            "SELECT DISTINCT path, location, member, bytes, modified_ns FROM picture"
            " WHERE judge = ? AND sha256 = ? ORDER BY path <> ?",
            (row.judge.id, row.film[0], row.result.file),
        ).fetchall()
    return [
        Source(path, true_location(location), (member,) if member else (), size, modified_ns)
        for path, location, member, size, modified_ns in found
    ]


def load_again(row: ReviewRow, at: list[Source], load: Callable[[Source], Loaded]) -> LoadedFrame:
    """The row's frame from the first place that still holds the very film that was screened.

    Raises:
        LightboxError: none does; the sentence says what became of the first place.
    """
    why = f"{row.result.path} could not be read when it was screened, so there is no film to look at."
    for number, place in enumerate(at):
        tried = []
        for source in _readings(place):
            tried.append(load(source))
            if row.film and tried[-1].sha256 == row.film[0]:
                return next(one for one in tried[-1].frames if one.number == row.result.frame)
        if not number:
            why = _why(row, place, tried)
    raise LightboxError(why)


def _readings(place: Source) -> Iterator[Source]:
    """A file as it is; of a zip first the member of that name, then the one in a zip inside it."""
    if not os.path.lexists(place.location):
        return
    yield place
    if place.members:
        name = place.members[0]
        for found in find_sources([place.location]):
            if isinstance(found, Source) and len(found.members) > 1 and "/".join(found.members) == name:
                yield found


def _why(row: ReviewRow, place: Source, loaded: list[Loaded]) -> str:
    path = row.result.path
    if not loaded:
        return f"{path} is no longer at {place.location}: put it back, or plug in the disk that it lies on."
    if any(one.sha256 for one in loaded):
        return f"{path} has changed since it was screened: screen it again."
    reasons = [frame.reason for frame in loaded[0].frames]
    return f"{path} cannot be read any more: {' '.join(reasons) or 'it is no picture.'}"
