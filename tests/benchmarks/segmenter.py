"""LiteMedSAM's encoder at fp32 and INT8 in both runtimes: time, size, masks against fp32's and drawn ones.

    python -m tests.benchmarks.segmenter [--films 110] [--calibration 12] [--rounds 7] [--threads 2]

Each contestant runs once a round, in turn, so that whatever else the machine does meets them all. Quote the
ratios: machines differ. Films are JSRT's; calibration films are of other collections.
"""

from __future__ import annotations

import argparse
import csv
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from lightbox_edge.backends import BackendName, open_session, usable_cpus
from lightbox_edge.bundle import open_bundle
from lightbox_edge.bundle_writing import new_bundle
from lightbox_edge.loading import read_film
from lightbox_edge.manifest import Precision, SegmenterRung
from lightbox_edge.masks_measuring import mask_agreement, mask_results
from lightbox_edge.segmenting import SegmenterModel, film_pixels
from lightbox_export.sam_networks import load_sam
from lightbox_export.sam_to_onnx import encoder_graph
from lightbox_export.segmenter import add_segmenter
from lightbox_quantize.sam_graphs import quantize_sam_encoder
from tests.benchmarks.screening import ROOT, cpu
from tests.drawn_films import SHARED, drawn_films

BACKENDS: tuple[BackendName, BackendName] = ("onnxruntime", "openvino")
PRECISIONS: tuple[Precision, ...] = ("int8", "int8_avx2", "int8_weights")


def main() -> None:
    """Print one row a contestant, and the masks of each precision."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=int, default=110)
    parser.add_argument("--calibration", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=usable_cpus())
    parser.add_argument("--keep", type=Path, help="where the bundle is, or is to be kept")
    arguments = parser.parse_args()
    print(f"{cpu()} [{flags()}], {arguments.threads} threads, {arguments.rounds} rounds, medians")
    with tempfile.TemporaryDirectory() as place:
        folder = arguments.keep or Path(place) / "ladder"
        if not folder.exists():
            make_ladder(Path(place) / "fp32", folder, arguments.calibration)
        print_times(folder, arguments.rounds, arguments.threads)
        print_masks(folder, arguments.films, arguments.threads)


def make_ladder(fp32: Path, out: Path, calibration: int) -> None:
    """A bundle whose segmenter has every precision."""
    add_segmenter(
        "LiteMedSAM", "litemedsam", "Apache-2.0", None, ROOT / "bundles/chest-open", SHARED / "nih_talo", fp32
    )
    source = open_bundle(fp32)
    segmenter = source.manifest.segmenter
    assert segmenter is not None
    films = np.stack(list(calibration_films(calibration, segmenter.input_size)))
    ladder = dict(segmenter.ladder)
    with new_bundle(out) as draft:
        for file in source.files():
            draft.add(file.path, source.read(file))
        encoder = source.read(ladder["fp32"].image_encoder)
        for precision in PRECISIONS:
            graph = quantize_sam_encoder(encoder, films, precision)
            ladder[precision] = SegmenterRung(
                draft.add(f"segmenter/{precision}/image_encoder.onnx", graph), None, ()
            )
        draft.finish(
            msgspec.structs.replace(
                source.manifest, segmenter=msgspec.structs.replace(segmenter, ladder=ladder)
            )
        )


def calibration_films(count: int, input_size: int) -> Iterator[NDArray[np.float32]]:
    """Training films of three collections, spread evenly."""
    with (SHARED / "labels.csv").open(newline="", encoding="utf-8") as table:
        rows = [
            row
            for row in csv.DictReader(table)
            if row["source"] in ("nih_talo", "hannover", "cohen") and row["split"] == "train"
        ]
    for row in rows[:: len(rows) // count][:count]:
        yield film_pixels(read_film(SHARED / row["file"], 2 * input_size), input_size)


def print_times(folder: Path, rounds: int, threads: int) -> None:
    """Encoder milliseconds at batch 1, interleaved."""
    bundle = open_bundle(folder)
    segmenter = bundle.manifest.segmenter
    assert segmenter is not None
    pixels = next(calibration_films(1, segmenter.input_size))[np.newaxis]
    graphs = {name: bundle.read(rung.image_encoder) for name, rung in segmenter.ladder.items()}
    graphs = {"fp32 as published": published_graph(pixels), **graphs}
    runs: dict[tuple[str, str], Callable[[], object]] = {}
    for name, graph in graphs.items():
        for backend in BACKENDS:
            session = open_session(graph, backend, "cpu", threads)
            runs[name, backend] = lambda session=session: session.run({"pixels": pixels})
    seconds: dict[tuple[str, str], list[float]] = {key: [] for key in runs}
    for run in runs.values():
        run()  # the first run allocates
    for _ in range(rounds):
        for key, run in runs.items():
            started = time.perf_counter()
            run()
            seconds[key].append(time.perf_counter() - started)
    first = seconds["fp32 as published", "onnxruntime"]
    print(f"{'encoder':<20}{'runtime':<13}{'MB':>6}{'ms':>8}{'against fp32 in ORT':>21}")
    for (name, backend), taken in seconds.items():
        ratio = statistics.median(a / b for a, b in zip(first, taken, strict=True))
        size = len(graphs[name]) / 1e6
        print(f"{name:<20}{backend:<13}{size:>6.1f}{1e3 * statistics.median(taken):>8.0f}{ratio:>20.2f}x")


def published_graph(pixels: NDArray[np.float32]) -> bytes:
    """The encoder exported from the published code as it is, without our layout."""
    sam = load_sam("litemedsam", None)
    return encoder_graph(sam.image_encoder, pixels)


def print_masks(folder: Path, films: int, threads: int) -> None:
    """Mean Dice to drawn masks, and IoU to fp32's, at each precision in the runtime that is faster at it."""
    bundle = open_bundle(folder)
    segmenter = bundle.manifest.segmenter
    assert segmenter is not None
    reference = SegmenterModel(bundle, "fp32", "openvino", "cpu", threads)
    print(f"{'masks':<20}{'IoU to fp32':>12}   Dice to drawn masks (95 % interval), {films} films of JSRT")
    for precision in segmenter.ladder:
        model = SegmenterModel(bundle, precision, "openvino", "cpu", threads)
        radiographs = (film.radiograph for film in drawn_films(SHARED, model.decode_size, min(films, 12)))
        iou = mask_agreement(reference, model, radiographs)
        results = mask_results(model, drawn_films(SHARED, model.decode_size, films), "JSRT", "")
        shown = ", ".join(
            f"{one.target} {one.dice:.4f} ({one.dice_interval[0]:.3f} to {one.dice_interval[1]:.3f})"
            for one in results
        )
        print(f"{precision:<20}{iou:>12.4f}   {shown}", flush=True)


def flags() -> str:
    """Those flags of the CPU that decide about INT8."""
    info = Path("/proc/cpuinfo")
    words = set(info.read_text().split()) if info.is_file() else set()
    return " ".join(sorted(words & {"avx2", "avx512_vnni", "avx_vnni", "amx_int8", "avx512f"}))


if __name__ == "__main__":
    main()
