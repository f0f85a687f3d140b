"""What `lightbox regions` is worth and what it costs, on the open X-ray collection.

    python -m tests.benchmarks.regions --data DIR --bundle DIR [--fp32 DIR] [--films 20] [--threads 2]

(a) lungs, hearts and ratios with no prompt; (b) do maps and masks meet what readers drew; (c) each rung's
maps and masks against fp32's; (d) time by stage and peak memory. ``--films`` takes that many of each source,
spread evenly; without it all are used. ``--split train`` measures (b) on the films on which
`lightbox_edge.regions.prompting` chose its share, ``--map occlusion`` takes that map though the bundle gives
patch_features.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from lightbox_edge.anatomy import open_anatomy
from lightbox_edge.backends import usable_cpus
from lightbox_edge.bundle import open_bundle
from lightbox_edge.judging import Model
from lightbox_edge.segmenting import SegmenterModel
from tests.benchmarks.regions_anatomy import print_anatomy
from tests.benchmarks.regions_cost import print_int8, print_time, print_whole
from tests.benchmarks.regions_pointing import print_pointing, rows_of
from tests.benchmarks.screening import cpu
from tests.benchmarks.segmenter import flags


def main() -> None:
    """Print the four parts; what a bundle lacks is left out and said."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--bundle", type=Path, required=True)
    parser.add_argument("--fp32", type=Path, help="a bundle with the fp32 rungs, if --bundle has none")
    parser.add_argument("--films", type=int)
    parser.add_argument("--threads", type=int, default=usable_cpus())
    parser.add_argument("--backend", choices=("auto", "onnxruntime", "openvino"), default="auto")
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--split", choices=("test", "train"), default="test")
    parser.add_argument("--map", choices=("patches", "occlusion"), help="default: what the bundle has")
    given = parser.parse_args()
    bundle, fp32 = open_bundle(given.bundle), open_bundle(given.fp32 or given.bundle)
    model = Model(
        bundle, precision=given.precision, backend=given.backend, device="cpu", threads=given.threads
    )
    backend = model.choice.backend
    print(f"{cpu()} [{flags()}], {given.threads} threads, {model.choice.precision} in {backend}")
    anatomy = open_anatomy(bundle, backend, "cpu", given.threads) if bundle.manifest.anatomy else None
    ladder = bundle.manifest.segmenter.ladder if bundle.manifest.segmenter else {}
    segmenter = SegmenterModel(bundle, next(iter(ladder)), backend, "cpu", given.threads) if ladder else None
    files = [given.data / row["file"] for row in rows_of(given.data, "nih_talo", "test", given.films or 20)]
    if anatomy:
        print_anatomy(given.data, anatomy, given.films)
    else:
        print("(a) left out: the bundle has no anatomy network")
    side = model.preprocessing.input_size
    patches = model.run(np.zeros((1, 1, side, side), np.float32)).patch_features is not None
    kind = given.map or ("patches" if patches else "occlusion")
    print_pointing(given.data, model, anatomy, segmenter, given.films, given.split, kind)
    if patches and "fp32" in fp32.manifest.ladder:
        print_int8(fp32, bundle, backend, files)
    else:
        print("(c) left out: it needs patch_features, and with --fp32 a bundle with that rung")
    print_time(bundle, backend, given.threads, files)
    print_whole(given.bundle, backend, given.threads, files)


if __name__ == "__main__":
    main()
