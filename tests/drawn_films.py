"""JSRT films with the masks that people drew on them, where the shared collection is there."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from lightbox_edge.loading import read_film
from lightbox_edge.masks_measuring import DrawnFilm

SHARED = Path(__file__).parents[1].parent / "shared" / "data"
BITS = (("lungs", 1), ("lungs", 2), ("heart", 4))


def drawn_films(data: Path, longer_side: int, films: int | None = None) -> Iterator[DrawnFilm]:
    """The test films of ``jsrt`` in the order of ``labels.csv``; ``films`` takes that many, spread evenly."""
    with (data / "labels.csv").open(newline="", encoding="utf-8") as table:
        rows = [row for row in csv.DictReader(table) if row["source"] == "jsrt"]
    step = max(1, len(rows) // films) if films else 1
    for row in rows[::step][:films]:
        bits = np.asarray(Image.open(data / row["masks"]))
        masks = tuple((target, (bits & bit) > 0) for target, bit in BITS)
        yield DrawnFilm(read_film(data / row["file"], longer_side), masks)
