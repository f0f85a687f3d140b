"""How many films with letters in a corner are warned about, and how many without them are warned about too.

    python -m tests.benchmarks.burned_in FOLDER [--films N]

The films of the folder should have no letters of their own. Each is looked at as it is and with each of the
markers of ``tests/marked_films.py``.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

from lightbox_edge.intervals import share
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.referring.burned_in import lettered_places
from tests.marked_films import MARKERS, Gray, marked

_CORNERS = {"tl": "top left", "tr": "top right", "bl": "bottom left", "br": "bottom right"}


def places(film: Gray) -> tuple[str, ...]:
    return lettered_places(Radiograph(film, (film.shape[0], film.shape[1])))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--films", type=int)
    arguments = parser.parse_args()
    files = sorted(arguments.folder.glob("*.[jp][pn]g"))[: arguments.films]
    films = [np.asarray(Image.open(file).convert("L")) for file in files]
    plain = [places(film) for film in films]
    warned = sum(map(bool, plain))
    print(f"{warned} of {len(films)} films are warned about as they are{_interval(warned, len(films))}")
    print("by place:", dict(Counter(place for one in plain for place in one)))
    all_seen = 0
    for marker in MARKERS:
        seen = sum(_CORNERS[marker.corner] in places(marked(film, marker)) for film in films)
        all_seen += seen
        print(f"{marker}: seen on {seen} of {len(films)}")
    print(f"all markers: {all_seen} of {len(films) * len(MARKERS)}")


def _interval(count: int, of: int) -> str:
    found = share(count, of)
    return f" (95 %: {found.low:.2f} to {found.high:.2f})"


if __name__ == "__main__":
    main()
