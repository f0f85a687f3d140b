"""The films of the open collection that teach where the lungs are, drawn on by people or by nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lightbox_edge.anatomy import WHOLE_LUNGS
from lightbox_edge.errors import LightboxError
from lightbox_edge.loading import read_film
from lightbox_edge.masks_measuring import DrawnFilm
from lightbox_edge.pieces import largest_piece
from lightbox_edge.radiograph import Radiograph
from lightbox_export.labels import read_rows
from lightbox_export.mined import Row

Mask = NDArray[np.bool_]

LEAST_PIECE = 0.02  # of a film: both lungs of a film that teaches are at least as large
UNDRAWN = ("nih_talo", "hannover")
JSRT_BITS = {"lung_right": 1, "lung_left": 2}


@dataclass(frozen=True, slots=True)
class Tests:
    """Films that only measure, by the name that the card gives them."""

    dataset: str
    source: str
    masks: Callable[[Path, Row], tuple[tuple[str, Mask], ...]]


def taught_films(data: Path, longer_side: int) -> list[DrawnFilm]:
    """The training films of ``cohen`` whose mask falls into two whole lungs, with their sides.

    Raises:
        LightboxError: the collection is not there.
    """
    films = []
    for row in read_rows(data):
        if (row["source"], row["split"]) == ("cohen", "train") and row["masks"] and row["view"] != "L":
            masks = sides(_mask(data, row["masks"]))
            if masks:
                films.append(DrawnFilm(read_film(data / row["file"], longer_side), masks))
    if not films:
        raise LightboxError(f"{data} holds no training film with a mask of the lungs: name the collection.")
    return films


def undrawn_films(data: Path, longer_side: int) -> Iterator[Radiograph]:
    """Frontal training films of `UNDRAWN` that nobody drew on, the first of each patient."""
    seen = set()
    for row in read_rows(data):
        if row["source"] in UNDRAWN and row["split"] == "train" and row["view"] != "L":
            if row["group"] not in seen:
                yield read_film(data / row["file"], longer_side)
            seen.add(row["group"])


def test_films(data: Path, tests: Tests, longer_side: int) -> Iterator[DrawnFilm]:
    """The films of one test set, which nothing learns from."""
    for row in read_rows(data):
        if (row["source"], row["split"]) == (tests.source, "test"):
            yield DrawnFilm(read_film(data / row["file"], longer_side), tests.masks(data, row))


def sides(union: Mask) -> tuple[tuple[str, Mask], ...]:
    """The two largest pieces of a mask of both lungs; nothing where there are not two.

    A film hangs as if the patient stood before you, so the right lung is on the left of it.
    """
    first = largest_piece(union)
    second = largest_piece(union & ~first)
    if min(first.mean(), second.mean()) < LEAST_PIECE:
        return ()
    right, left = sorted((first, second), key=lambda one: float(np.flatnonzero(one.any(axis=0)).mean()))
    return (WHOLE_LUNGS[0], left), (WHOLE_LUNGS[1], right)


def _mask(data: Path, name: str) -> Mask:
    with Image.open(data / name) as picture:
        return np.asarray(picture) > 0


def _jsrt(data: Path, row: Row) -> tuple[tuple[str, Mask], ...]:
    with Image.open(data / row["masks"]) as picture:
        bits = np.asarray(picture)
    return tuple((target, (bits & bit) > 0) for target, bit in JSRT_BITS.items())


def _gb_seg(data: Path, row: Row) -> tuple[tuple[str, Mask], ...]:
    """A file a class: ``..._left_lung.png``; one lung may be missing."""
    named = {"whole_lung_left": "_left_lung.png", "whole_lung_right": "_right_lung.png"}
    files = row["masks"].split("|")
    return tuple(
        (target, _mask(data, file)) for target, end in named.items() for file in files if file.endswith(end)
    )


TESTS = (
    Tests("JSRT", "jsrt", _jsrt),
    Tests("GB segmentation set (COVID-19 and other pneumonias)", "gb_seg", _gb_seg),
)
