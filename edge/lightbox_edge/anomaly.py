"""A label-free second opinion: which films of a batch have patches that few of the others share.

Mutual scoring of unlabelled images (MuSc; Li et al., ICLR 2024): what is usual has its like in most other
films, what is not has it in few. A patch's score is its distance to the nearest patch of each other film,
averaged over the films that come nearest; only patches near its own place count, for chest films are taken
alike, and a film's score is the mean of its patches' and not, as in MuSc, the largest: measured, see
docs/anomaly.md. The others are a fixed sample of the batch, so the cost grows with the number of films and
not with its square. A rank is no probability and says nothing of a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import isqrt

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.patches import unpack
from lightbox_edge.results import AnomalyRank, FilmKey
from lightbox_edge.scoring import Features

FEWEST = 50  # films under which nobody can say what is usual among them
REFERENCES = 256  # films that all are compared with
NEAREST = 0.3  # of them, whose distances count: MuSc's interval
_AT_ONCE = 64  # films compared in one product


def references(films: Iterable[FilmKey]) -> list[FilmKey]:
    """The films that all are compared with.

    Those with the least SHA-256 are a sample as good as drawn by lot, and the same one in whatever order and
    after however many interruptions the films were judged.
    """
    return sorted(films)[:REFERENCES]


def anomaly_scores(
    films: Iterable[tuple[FilmKey, bytes]], against: Mapping[FilmKey, bytes]
) -> Iterator[tuple[FilmKey, float]]:
    """The score of each film; higher is stranger.

    Args:
        films: with their packed patches, at least two, in any order; they are read once.
        against: the `references` among them with theirs.
    """
    places = {key: place for place, key in enumerate(against)}
    others = unpack(list(against.values()))
    batch: list[tuple[FilmKey, bytes]] = []
    for film in films:
        batch.append(film)
        if len(batch) == _AT_ONCE:
            yield from _scored(batch, others, places)
            batch = []
    if batch:
        yield from _scored(batch, others, places)


def _scored(
    batch: list[tuple[FilmKey, bytes]], others: Features, places: Mapping[FilmKey, int]
) -> Iterator[tuple[FilmKey, float]]:
    patches = unpack([packed for _, packed in batch])
    for (key, _), likeness in zip(batch, _likeness(patches, others), strict=True):
        if key in places:
            likeness = np.delete(likeness, places[key], axis=1)  # nobody is strange to himself
        yield key, film_score(likeness)


def _likeness(patches: Features, others: Features) -> Features:
    """The cosine of each patch to the most alike near its place in each other film, (N, patches, others)."""
    count, size, dimensions = patches.shape
    likeness = np.empty((count, size, len(others)), np.float32)
    for place, near in enumerate(_near(size)):
        cosines = patches[:, place] @ others[:, near].reshape(-1, dimensions).T
        likeness[:, place] = cosines.reshape(count, len(others), -1).max(axis=-1)
    return likeness


def _near(size: int) -> list[NDArray[np.intp]]:
    """For each of ``size`` places of a square grid, row by row, that place and those about it."""
    side = isqrt(size)
    row, column = np.divmod(np.arange(size), side)
    return [
        np.flatnonzero((abs(row - row[place]) <= 1) & (abs(column - column[place]) <= 1))
        for place in range(size)
    ]


def film_score(likeness: NDArray[np.float32]) -> float:
    """A film's score from its patches' likeness to the other films, (patches, others)."""
    count = max(1, round(NEAREST * likeness.shape[1]))
    nearest = np.sort(likeness, axis=1)[:, -count:]
    distance = np.sqrt(np.maximum(2 - 2 * nearest, 0)).mean(axis=1)
    return float(distance.mean())


def ranks(scores: Mapping[FilmKey, float]) -> dict[FilmKey, AnomalyRank]:
    """Rank films by their scores; of equal ones the SHA-256 decides."""
    ordered = sorted(scores, key=lambda key: (-scores[key], key))
    return {key: AnomalyRank(place, len(ordered)) for place, key in enumerate(ordered, 1)}
