"""Films of a folder without labels, as screening sees them: to compare, to calibrate, to learn from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.errors import LightboxError
from lightbox_edge.loading import load, read_radiograph
from lightbox_edge.manifest import Preprocessing
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.reading import Limits, Source, find_sources

MOST = 1000  # films taken, evenly from the whole folder: enough for statistics, minutes to encode


def evenly(count: int, most: int) -> NDArray[np.intp]:
    """At most that many of ``count`` places, taken evenly."""
    return np.linspace(0, count - 1, min(most, count)).round().astype(np.intp)


def film_sources(images: Path) -> list[Source]:
    """Every file of a folder that may be a film.

    Raises:
        LightboxError: the folder is not there.
    """
    return [one for one in find_sources([images]) if isinstance(one, Source)]


def read_unlabelled(images: Path, how: Preprocessing, batch: int) -> Iterator[NDArray[np.float32]]:
    """Batches (N, 1, S, S) of the folder's films; what cannot be read is passed over.

    Raises:
        LightboxError: the folder is not there.
    """
    sources = film_sources(images)
    films: list[NDArray[np.float32]] = []
    for place in evenly(len(sources), MOST):
        frames = load(sources[place], how, Limits(), checked=False).frames
        if frames and frames[0].pixels is not None:
            films.append(frames[0].pixels)
        if len(films) == batch:
            yield np.stack(films)
            films = []
    if films:
        yield np.stack(films)


def read_radiographs(images: Path, longer_side: int, most: int) -> list[Radiograph]:
    """At most that many of the folder's films; their longer side may come reduced to ``longer_side``.

    Raises:
        LightboxError: the folder is not there, or holds no film that can be read.
    """
    sources = film_sources(images)
    films = []
    for place in evenly(len(sources), 2 * most):  # some are label tables and documents
        try:
            films.append(read_radiograph(sources[place], longer_side))
        except LightboxError:
            continue
        if len(films) == most:
            break
    if not films:
        raise LightboxError(f"{images} holds no film that can be read: name a folder of X-rays.")
    return films
