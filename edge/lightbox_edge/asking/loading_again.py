"""The film of a worklist's row, read again from its place, which may have changed since."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from lightbox_edge.decisions import ReviewRow
from lightbox_edge.errors import LightboxError
from lightbox_edge.film_places import Place, sources
from lightbox_edge.loading import Loaded, LoadedFrame
from lightbox_edge.reading import Source


def load_again(row: ReviewRow, at: Sequence[Place], load: Callable[[Source], Loaded]) -> LoadedFrame:
    """The row's frame from the first place that still holds the very film that was screened.

    Raises:
        LightboxError: none does; the sentence says what became of the first place.
    """
    why = f"{row.result.path} could not be read when it was screened, so there is no film to look at."
    for number, place in enumerate(at):
        tried = []
        for source in sources(place) if os.path.lexists(place.location) else ():
            tried.append(load(source))
            if tried[-1].sha256 == place.sha256:
                return next(one for one in tried[-1].frames if one.number == row.result.frame)
        if not number:
            why = _why(row.result.path, place, tried)
    raise LightboxError(why)


def _why(path: str, place: Place, tried: Sequence[Loaded]) -> str:
    if not tried:
        return f"{path} is no longer at {place.location}: put it back, or plug in the disk that it lies on."
    if any(one.sha256 for one in tried):
        return f"{path} has changed since it was screened: screen it again."
    reasons = [frame.reason for frame in tried[0].frames]
    return f"{path} cannot be read any more: {' '.join(reasons) or 'it is no picture.'}"
