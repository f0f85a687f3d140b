"""The reading of films, as a decoder process does it, and what no film may become."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lightbox_edge.errors import LightboxError, UnreadableImage
from lightbox_edge.loading import LoadedFrame, load
from lightbox_edge.manifest import Preprocessing
from lightbox_edge.preprocess import preprocess
from lightbox_edge.reading import Limits, Source
from lightbox_edge.reading.dicom import read_header
from lightbox_edge.reading.film_frames import read_film_frame
from lightbox_edge.reading.kinds import is_dicom
from tests.fuzz.places import put
from tests.fuzz.target import WrongValue

LIMITS = Limits(bytes=8 << 20, pixels=1 << 20, frames=8, members=200)  # small, so that a bomb shows soon
HOW = Preprocessing(64, (0.5, 99.5), 0.5, 0.25)


def read_film(data: bytes) -> Iterator[str]:
    """What is said of a file and its frames by `load`, and what was read must be a picture."""
    place = put("film", data)
    found = load(Source("film", str(place), (), len(data), 0), HOW, LIMITS, kept_side=96)
    for frame in found.frames:
        yield from filter(None, (frame.reason, frame.for_adults, *frame.notes))
        _check(frame)


def read_dicom(data: bytes) -> Iterator[str]:
    """The same of a DICOM file, its header for people, and its windows."""
    yield from read_film(data)
    if not is_dicom(data):
        return
    try:
        for line in read_header(data, LIMITS):
            if not all(part.isprintable() for part in (line.tag, line.name, line.value)):
                raise WrongValue("a line of the header has control characters")
            if len(line.value) > 200:
                raise WrongValue("a line of the header is longer than 200 letters")
    except UnreadableImage as error:
        yield str(error)
    try:
        film = read_film_frame(data, 1, 96, LIMITS)
    except LightboxError as error:
        yield str(error)
        return
    for name, step in film.steps:
        if not name.isprintable() or film.pixels(step).dtype.kind != "u":
            raise WrongValue("a window has no name or no picture")


def _check(frame: LoadedFrame) -> None:
    if frame.pixels is not None and not (
        frame.pixels.shape == (1, HOW.input_size, HOW.input_size) and np.isfinite(frame.pixels).all()
    ):
        raise WrongValue("the network would be given NaN, infinity or another shape")
    film = frame.radiograph
    if film is None:
        return
    if not np.isfinite(preprocess(film, HOW)).all():  # also of a film that the input checks refuse
        raise WrongValue("NaN or infinity for the network")
    rows, columns = film.stored_size
    if not 0 < rows * columns <= LIMITS.pixels or film.pixels.dtype.kind != "u" or film.pixels.ndim != 2:
        raise WrongValue(f"a radiograph of {rows} x {columns}, {film.pixels.dtype}")
    if film.spacing and not all(0 < one < 10 for one in film.spacing):
        raise WrongValue("a spacing that no film has")
