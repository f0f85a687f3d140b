"""BiomedCLIP's image encoder at full size, fp32 and INT8: milliseconds, megabytes, share of the CPU's peak.

    python -m tests.benchmarks.image_encoder --images FILMS [--keep DIR] [--rounds 9]

Weights are random, in the layout in which BiomedCLIP is published, for no hub can be asked here; times do
not depend on them. Export and quantize run as a user runs them, one command each. Each contestant runs once
a round, in turn. Quote the ratios: machines differ.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from lightbox_door.main import main as lightbox
from lightbox_edge.backends import BackendName, Session, open_session, usable_cpus
from lightbox_edge.bundle import open_bundle
from lightbox_edge.manifest import Precision
from tests.benchmarks.screening import cpu
from tests.benchmarks.segmenter import flags
from tests.export.published import write_biomedclip

BACKENDS: tuple[BackendName, BackendName] = ("onnxruntime", "openvino")
OPERATIONS = 2 * 16.87e9  # multiplications and additions of a ViT-B/16 at 224, one film
SIDE = 2048  # of the matrices that measure the peak


def main() -> None:
    """Print one row a precision, runtime and batch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=Path, required=True, help="some dozens of films")
    parser.add_argument("--keep", type=Path, help="where the bundles are, or are to be kept")
    parser.add_argument("--rounds", type=int, default=9)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = arguments.keep or Path(place)
        if not (folder / "int8").exists():
            make_bundles(folder, arguments.images)
        print(f"{cpu()} [{flags()}], {usable_cpus()} threads, {arguments.rounds} rounds, medians")
        print_table(folder, arguments.rounds)


def make_bundles(folder: Path, images: Path) -> None:
    """Export and quantize, one command each; random weights agree on no triage, so that limit is lifted."""
    source = folder / "published"
    folder.mkdir(parents=True, exist_ok=True)
    write_biomedclip(source)
    out = ["--images", str(images), "--out"]
    assert lightbox(["export", "biomedclip", "--source", str(source), *out, str(folder / "fp32")]) == 0
    limits = ["--min-agreement", "0", "--precision", "int8"]
    assert lightbox(["quantize", str(folder / "fp32"), *out, str(folder / "int8"), *limits]) == 0


def print_table(folder: Path, rounds: int) -> None:
    """Time both precisions on both runtimes at batch 1 and 8, and the INT8 peak beside them."""
    sessions: dict[tuple[str, str, int], tuple[Session, str, np.ndarray]] = {}
    sizes = {}
    films = np.random.default_rng(0).random((8, 1, 224, 224), dtype=np.float32)
    contestants: tuple[tuple[str, Precision], ...] = (("fp32", "fp32"), ("int8", "int8"))
    for name, precision in contestants:
        bundle = open_bundle(folder / name)
        model = bundle.read(bundle.rung(precision).image_encoder)
        sizes[name] = len(model) / 1e6
        for backend in BACKENDS:
            session = open_session(model, backend, "cpu")
            for batch in (1, 8):
                sessions[name, backend, batch] = session, "pixels", films[:batch]
    peak = open_session(product(), "openvino", "cpu")
    square = np.random.default_rng(1).random((SIDE, SIDE), dtype=np.float32)
    sessions["peak", "openvino", 1] = peak, "left", square
    times: dict[tuple[str, str, int], list[float]] = {key: [] for key in sessions}
    for _ in range(rounds + 1):
        for key, (session, name, given) in sessions.items():
            started = time.perf_counter()
            session.run({name: given})
            times[key].append(time.perf_counter() - started)
    medians = {key: statistics.median(taken[1:]) for key, taken in times.items()}
    top = 2 * SIDE**3 / medians.pop(("peak", "openvino", 1)) / 1e9
    slowest = medians["fp32", "onnxruntime", 1]
    print(f"INT8 matrix-product peak: {top:.0f} GOP/s (OpenVINO, {SIDE} x {SIDE} x {SIDE})")
    for (name, backend, batch), taken in medians.items():
        each = taken / batch
        rate = OPERATIONS / each / 1e9
        share = f", {rate / top:.0%} of the INT8 peak" if name == "int8" else ""
        print(
            f"{name:<5} {sizes[name]:6.1f} MB  {backend:<12} batch {batch}: {each * 1000:7.1f} ms a film, "
            f"{slowest / each:4.2f}x ONNX Runtime fp32, {rate:4.0f} GOP/s{share}"
        )


def product() -> bytes:
    """One quantized matrix product, activations unsigned and weights signed, both of 8 bits."""
    weights = np.random.default_rng(2).integers(-127, 128, (SIDE, SIDE)).astype(np.int8)
    scales = np.full(SIDE, 0.01, np.float32)
    nodes = [
        helper.make_node("QuantizeLinear", ["left", "step", "zero"], ["left_int8"]),
        helper.make_node("DequantizeLinear", ["left_int8", "step", "zero"], ["left_again"]),
        helper.make_node("DequantizeLinear", ["right_int8", "steps"], ["right"], axis=1),
        helper.make_node("MatMul", ["left_again", "right"], ["product"]),
    ]
    constants = {
        "step": np.float32(1 / 255),
        "zero": np.uint8(0),
        "right_int8": weights,
        "steps": scales,
    }
    graph = helper.make_graph(
        nodes,
        "product",
        [helper.make_tensor_value_info("left", TensorProto.FLOAT, ["rows", SIDE])],
        [helper.make_tensor_value_info("product", TensorProto.FLOAT, ["rows", SIDE])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    content: bytes = model.SerializeToString()
    return content


if __name__ == "__main__":
    main()
