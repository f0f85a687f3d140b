"""Students at INT8 on both runtimes: milliseconds, megabytes, cosine to the teacher after a short lesson.

    python -m tests.benchmarks.students --teacher build/chest-open --labels build/chest-open.labels.csv \
        --images ../shared/data --keep DIR [--films 240] [--epochs 2]

Every student sees the same films as often, from what its package brings to start from, so the table tells
which to try first and not how good one can become. Quote the ratios: machines differ.
"""

from __future__ import annotations

import argparse
import csv
import os
from pathlib import Path

import numpy as np

from lightbox_edge.bundle import open_bundle
from lightbox_edge.loading import load_films
from lightbox_export.distil import Plan
from lightbox_export.distill import distill
from lightbox_export.students import student_specs
from lightbox_quantize.candidates import Candidate, timed
from lightbox_quantize.nncf_graphs import qdq
from lightbox_quantize.ort_graphs import static_qdq
from tests.benchmarks.screening import cpu
from tests.benchmarks.segmenter import flags

CALIBRATION = 32


def main() -> None:
    """Print one row a student."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teacher", type=Path, required=True, help="an fp32 bundle")
    parser.add_argument("--labels", type=Path, required=True, help="its labels: part train teaches")
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--keep", type=Path, required=True, help="bundles and checkpoints; a run goes on")
    parser.add_argument("--films", type=int, default=240)
    parser.add_argument("--epochs", type=int, default=2)
    arguments = parser.parse_args()
    arguments.keep.mkdir(parents=True, exist_ok=True)
    films = folder_of_links(arguments)
    print(f"{cpu()} [{flags()}]; {arguments.films} films, {arguments.epochs} epochs")
    how = open_bundle(arguments.teacher).manifest.preprocessing
    pixels = load_films(sorted(films.iterdir())[:CALIBRATION], how)
    for name in student_specs():
        out = arguments.keep / name
        plan = Plan(epochs=arguments.epochs, learning_rate=2e-3)
        learned = distill(arguments.teacher, name, "image_encoder", films, None, out, plan)
        bundle = open_bundle(out)
        fp32 = bundle.read(bundle.rung("fp32").image_encoder)
        print(
            f"{name:<24} {learned.parameters / 1e6:5.1f} M  "
            f"cosine {learned.before:.3f} -> {learned.after:.3f}  {times(fp32, pixels)}",
            flush=True,
        )


def folder_of_links(arguments: argparse.Namespace) -> Path:
    """The teaching films, evenly taken, in one folder."""
    folder: Path = arguments.keep / "films"
    folder.mkdir(exist_ok=True)
    with arguments.labels.open(newline="", encoding="utf-8") as table:
        taught = [row["file"] for row in csv.DictReader(table) if row["part"] == "train"]
    for place in np.linspace(0, len(taught) - 1, arguments.films).astype(int):
        link = folder / taught[place].replace("/", "_")
        if not link.exists():
            os.link((arguments.images / taught[place]).resolve(), link)
    return folder


def times(fp32: bytes, pixels: np.ndarray) -> str:
    """INT8 by both quantizers on both runtimes, beside fp32."""
    made = [
        Candidate("fp32", fp32),
        Candidate("static", static_qdq(fp32, pixels, 8)),
        Candidate("NNCF", qdq(fp32, pixels, 8)),
    ]
    told = []
    for one in timed(made, pixels[0]):
        each = ", ".join(f"{backend} {taken:.1f}" for backend, taken in one.milliseconds.items())
        told.append(f"{one.method} {len(one.model) / 1e6:.1f} MB ({each} ms)")
    return "; ".join(told)


if __name__ == "__main__":
    main()
