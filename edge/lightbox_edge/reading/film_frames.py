"""One frame for a person to look at: with every window and table that its file has, and the whole range."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from numpy.typing import NDArray

from lightbox_edge.errors import NotJudged, UnreadableImage
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.reading.decode import read_frames
from lightbox_edge.reading.guard import guarded
from lightbox_edge.reading.kinds import HEAD_BYTES, kind_of
from lightbox_edge.reading.limits import DEFAULT_LIMITS, Limits
from lightbox_edge.reading.tones import Pixels
from lightbox_edge.reading.windows import Table, Tones, Window, reduced, toned

Step = Window | Table | None  # of VOI; None shows the whole range


@dataclass(frozen=True, slots=True, eq=False)
class FilmFrame:
    """A frame's radiograph, and what it would be by another VOI step of its file.

    ``steps`` are those of the file by their explanations, the one that made the radiograph first; empty for
    a file without any, whose radiograph is the whole range. ``values`` are what they are applied to.
    """

    radiograph: Radiograph
    steps: tuple[tuple[str, Window | Table], ...] = ()
    values: NDArray[Any] | None = None
    tones: Tones | None = None

    def pixels(self, step: Step) -> Pixels:
        """What the film is by a step, as `Radiograph` has it."""
        if self.values is None or self.tones is None or step is self.tones.voi:
            return self.radiograph.pixels
        return toned(self.values, replace(self.tones, voi=step))


def read_film_frame(
    data: bytes, number: int | None, longer_side: int | None, limits: Limits = DEFAULT_LIMITS
) -> FilmFrame:
    """Read one frame of the file whose bytes are ``data``; ``number`` is that of a `Frame`.

    ``longer_side`` is as in `read_frames`.

    Raises:
        NotAnImage, NotJudged, UnreadableImage: as `read_frames` does, or the file has no such frame.
    """
    index = (number or 1) - 1
    if kind_of(data[:HEAD_BYTES]) == "DICOM":
        return _of_dicom(data, index, longer_side, limits)
    frame = next(islice(read_frames(data, longer_side, limits), index, None), None)
    if frame is None:
        raise _no_frame(index)
    if isinstance(frame.outcome, UnreadableImage | NotJudged):
        raise frame.outcome
    return FilmFrame(frame.outcome)


def _of_dicom(data: bytes, index: int, longer_side: int | None, limits: Limits) -> FilmFrame:
    from lightbox_edge.reading.dicom import DAMAGED, open_dicom  # as in `read_frames`

    file = open_dicom(data, limits)
    if index >= file.form.frames:
        raise _no_frame(index)
    with guarded(DAMAGED):
        stored = file.stored(index, longer_side)
        radiograph = file.radiograph(stored, longer_side)
        steps = file.voi_steps()
        if not steps:
            return FilmFrame(radiograph)
        first = (steps[0][0], file.tones.voi or steps[0][1])  # the same step, as one object
        values = reduced(stored, file.tones, longer_side)
        return FilmFrame(radiograph, (first, *steps[1:]), values, replace(file.tones, padding=None))


def _no_frame(index: int) -> UnreadableImage:
    return UnreadableImage(f"The file has no picture {index + 1} any more.")
