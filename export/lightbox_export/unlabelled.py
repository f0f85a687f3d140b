"""Films of a folder without labels, as screening sees them: for parity, and for what is usual."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.loading import load
from lightbox_edge.manifest import Preprocessing
from lightbox_edge.reading import Limits, Source, find_sources

MOST = 1000  # films taken, evenly from the whole folder: enough for statistics, minutes to encode


def read_unlabelled(images: Path, how: Preprocessing, batch: int) -> Iterator[NDArray[np.float32]]:
    """Batches (N, 1, S, S) of the folder's films; what cannot be read is passed over.

    Raises:
        LightboxError: the folder is not there.
    """
    sources = [one for one in find_sources([images]) if isinstance(one, Source)]
    chosen = np.unique(np.linspace(0, len(sources) - 1, min(MOST, len(sources))).round().astype(int))
    films: list[NDArray[np.float32]] = []
    for place in chosen:
        frames = load(sources[place], how, Limits()).frames
        if frames and frames[0].pixels is not None:
            films.append(frames[0].pixels)
        if len(films) == batch:
            yield np.stack(films)
            films = []
    if films:
        yield np.stack(films)
