"""Whether burned-in letters move a triage: test films as they are, and with markers in their corners.

    python -m tests.benchmarks.markers --data OPEN_X_RAYS [--bundle DIR] [--films 120] [--source nih_talo]

Every film goes the way of screening, input checks included, as a PNG. Letters are drawn by another code than
the one that training pastes with.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from lightbox_edge.bundle import open_bundle
from lightbox_edge.judging import Model
from lightbox_edge.loading import load
from lightbox_edge.reading import Limits, Source
from lightbox_edge.results import Outcome
from lightbox_edge.unlabelled import evenly
from tests.marked_films import MARKERS, Gray, marked

BUNDLE = Path(__file__).parents[2] / "bundles" / "chest-open"


def main() -> None:
    """Print a line a marker and a line a finding."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--bundle", type=Path, default=BUNDLE)
    parser.add_argument("--films", type=int, default=120)
    parser.add_argument("--source", default="nih_talo")
    arguments = parser.parse_args()
    films = read(arguments.data, arguments.source, arguments.films)
    model = Model(open_bundle(arguments.bundle), backend="onnxruntime", device="cpu", threads=1)
    plain = outcomes(model, films)
    print(f"{len(films)} test films of {arguments.source}, {model.choice.precision}:")
    rows = []
    for marker in MARKERS:
        after = outcomes(model, [marked(film, marker) for film in films])
        rows.append(after)
        moved = sum(one.triage != other.triage for one, other in zip(plain, after, strict=True))
        print(f"  {marker!s:<38} triage moved on {moved:>3} films ({moved / len(films):.1%})", flush=True)
    ever = sum(len({one.triage for one in film}) > 1 for film in zip(plain, *rows, strict=True))
    print(f"  any of the {len(MARKERS)} markers: {ever} films ({ever / len(films):.1%})")
    for place, criterion in enumerate(model.criteria):
        print_finding(criterion.name, place, plain, rows)


def read(data: Path, source: str, count: int) -> list[Gray]:
    """Frontal test films, taken evenly."""
    with (data / "labels.csv").open(newline="", encoding="utf-8") as table:
        rows = [
            row
            for row in csv.DictReader(table)
            if (row["source"], row["split"]) == (source, "test") and row["view"] != "L"
        ]
    return [
        np.asarray(Image.open(data / rows[place]["file"]).convert("L")) for place in evenly(len(rows), count)
    ]


def outcomes(model: Model, films: Sequence[Gray]) -> list[Outcome]:
    """What screening says of each film."""
    frames = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "film.png"
        for film in films:
            Image.fromarray(film).save(file, compress_level=0)
            source = Source(file.name, str(file), (), file.stat().st_size, 0)
            frames.append(load(source, model.preprocessing, Limits()).frames[0])
    return model.outcomes(frames)


def print_finding(name: str, place: int, plain: Sequence[Outcome], rows: Sequence[Sequence[Outcome]]) -> None:
    """How often one finding's flag moved over all markers, and how far its probability at most."""
    pairs = [
        (one.findings[place], other.findings[place])
        for after in rows
        for one, other in zip(plain, after, strict=True)
        if one.status == other.status == "judged"
    ]
    moved = sum(one.flagged != other.flagged for one, other in pairs)
    changes = np.abs([one.probability - other.probability for one, other in pairs])
    print(
        f"  {name:<24} flag moved on {moved:>3} of {len(pairs)}, probability by {changes.mean():.3f} on "
        f"average, {np.quantile(changes, 0.95):.3f} in one of twenty, {changes.max():.3f} at most"
    )


if __name__ == "__main__":
    main()
