"""What a decoder process does for a person who looks at films: foreign bytes are read there alone.

A job answers with what it made, or with the error whose one sentence stands in the picture's place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial

from lightbox_edge.errors import LightboxError, UnreadableImage
from lightbox_edge.film_places import Place, sources
from lightbox_edge.loading import Loaded, load
from lightbox_edge.manifest import Preprocessing
from lightbox_edge.reading import Limits, read_bytes
from lightbox_edge.reading.dicom_header import HeaderLine
from lightbox_edge.reading.film_frames import read_film_frame
from lightbox_edge.reading.kinds import is_dicom
from lightbox_edge.viewing.film import Film, presets_of

LIMITS = Limits()
Job = Callable[[], object]


def do(job: Job) -> object:
    """The work of the decoder process: what a job makes, or the error that ended it."""
    try:
        return job()
    except LightboxError as error:
        return type(error)(str(error))  # without what it came from, which need not be picklable
    except MemoryError:
        return UnreadableImage("The picture needs more memory than this computer has free.")


def film_job(place: Place, number: int | None, longer_side: int | None, how: Preprocessing | None) -> Job:
    """Opens a frame by its number; its longer side may come reduced, never below ``longer_side``."""
    return partial(_film, place, number, longer_side, how)


def header_job(place: Place) -> Job:
    """Reads a film's DICOM header."""
    return partial(_header, place)


def loaded_job(place: Place, how: Preprocessing, kept_side: int) -> Job:
    """Loads a file as screening does, see `load`, with its radiographs."""
    return partial(_loaded, place, how, kept_side)


def _film(place: Place, number: int | None, longer_side: int | None, how: Preprocessing | None) -> Film:
    content = read_bytes(next(sources(place)), LIMITS)
    changed = hashlib.sha256(content).hexdigest() != place.sha256
    frame = read_film_frame(content, number, longer_side, LIMITS)
    return Film(frame, presets_of(frame, how), changed)


def _header(place: Place) -> tuple[HeaderLine, ...]:
    from lightbox_edge.reading.dicom import read_header  # only who asks for a header waits for pydicom

    content = read_bytes(next(sources(place)), LIMITS)
    if not is_dicom(content):
        raise UnreadableImage("The file is no DICOM file and has no header.")
    return read_header(content, LIMITS)


def _loaded(place: Place, how: Preprocessing, kept_side: int) -> Loaded:
    return load(next(sources(place)), how, LIMITS, kept_side=kept_side)
