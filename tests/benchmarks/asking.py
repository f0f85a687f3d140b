"""Does a side in the words help? Films whose boxes lie on one side, asked for with it and without.

    python -m tests.benchmarks.asking --data open-x-rays [--bundle bundles/chest-open]

Asked for are the bundle's own finding and other words. Whether the words themselves know sides is told by
the AUC of "on the left" against "on the right" for the films whose boxes lie on the patient's left.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lightbox_edge import open_bundle
from lightbox_edge.asking.answering import Answering, SeenFilm
from lightbox_edge.asking.reply import Reply
from lightbox_edge.loading import load
from lightbox_edge.reading import Limits, Source
from lightbox_edge.regions.outliner import kept_side
from tests.benchmarks.regions_pointing import Row, rows_of

WORDS = ("lung opacity", "pneumonia", "white patch")
Boxes = list[tuple[float, float, float, float]]


def main() -> None:
    """Print hits beside chance, with and without the side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--bundle", type=Path, default=Path("bundles/chest-open"))
    arguments = parser.parse_args()
    answering = Answering(open_bundle(arguments.bundle), threads=1)
    for source in ("nih_talo", "nih_kcr64"):
        for split in ("test", "train"):
            print_sides(answering, arguments.data, source, split)


def print_sides(answering: Answering, data: Path, source: str, split: str) -> None:
    """Hits and chance over the films of one source whose opacities lie on one side."""
    hits, sides = (
        defaultdict[str, list[tuple[float, ...]]](list),
        defaultdict[str, list[tuple[float, bool]]](list),
    )
    for row in rows_of(data, source, split, None):
        boxes = _boxes(row)
        is_left = {(left + right) / 2 > 0.5 for left, _, right, _ in boxes}
        seen = _seen(answering, data, row) if len(is_left) == 1 else None
        if seen is None:
            continue
        side = "left" if True in is_left else "right"
        for words in WORDS:
            whole, named = answering.answer(seen, words), answering.answer(seen, f"{words} on the {side}")
            hits[words].append((*_measured(whole, boxes), *_measured(named, boxes)))
            left, right = (answering.score(seen, f"{words} seen {one}") for one in ("left", "right"))
            sides[words].append((left.probability - right.probability, side == "left"))
    for words, table in hits.items():
        told = ", ".join(f"{one:.2f}" for one in np.mean(table, axis=0))
        print(f"{source} {split}, {words}, {len(table)} films: hit, chance; with the side: {told}; ", end="")
        print(f"AUC of the side's word {_auc(sides[words]):.2f}", flush=True)


def _boxes(row: Row) -> Boxes:
    """What readers drew of opacities, as shares of the film."""
    drawn = json.loads(row["boxes_xyxy_rel"] or "[]")
    return [tuple(box) for name, *box in drawn if name == "RSNA_Lung_Opacity"]


def _seen(answering: Answering, data: Path, row: Row) -> SeenFilm | None:
    file, bundle = data / row["file"], answering.bundle
    source = Source(str(file), str(file), (), file.stat().st_size, 0)
    how = bundle.manifest.preprocessing
    frame = load(source, how, Limits(), checked=False, kept_side=kept_side(bundle)).frames[0]
    seen = answering.see(row["file"], row["file"], frame)
    return seen if isinstance(seen, SeenFilm) else None


def _measured(reply: Reply, boxes: Boxes) -> tuple[float, float]:
    """Whether the maximum lies in a box, and the boxes' share of what was looked at."""
    rows, columns = reply.film.radiograph.stored_size
    area: NDArray[np.bool_] = np.zeros((rows, columns), np.bool_)
    for left, top, right, bottom in boxes:
        area[int(top * rows) : int(bottom * rows), int(left * columns) : int(right * columns)] = True
    left, top, right, bottom = reply.within or (0, 0, columns, rows)
    chance = float(area[int(top) : int(bottom), int(left) : int(right)].mean())
    if reply.region.maximum is None:
        return 0.0, chance
    x, y = reply.region.maximum
    return float(area[min(int(y), rows - 1), min(int(x), columns - 1)]), chance


def _auc(differences: list[tuple[float, bool]]) -> float:
    left = np.array([one for one, is_left in differences if is_left])
    right = np.array([one for one, is_left in differences if not is_left])
    over, same = left[:, np.newaxis] > right, left[:, np.newaxis] == right
    return float((over + 0.5 * same).mean()) if len(left) and len(right) else float("nan")


if __name__ == "__main__":
    main()
