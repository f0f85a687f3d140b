"""``lightbox quantize``: an fp32 bundle to an INT8 one, on a workstation."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HELP = "Quantize a bundle to INT8, calibrate and test it again, refuse it if INT8 costs too much."
EXAMPLE = (
    "lightbox quantize build/chest-open --images open-x-rays "
    "--labels build/chest-open.labels.csv --out bundles/chest-open"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", type=Path, metavar="DIR", help="the fp32 bundle")
    parser.add_argument("--images", type=Path, required=True, metavar="DIR", help="the labelled films")
    parser.add_argument("--labels", type=Path, required=True, metavar="CSV", help="what is known of them")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the bundle to write")


def run(arguments: argparse.Namespace) -> int:
    from lightbox_quantize.quantize import quantize

    loss = quantize(arguments.bundle, arguments.images, arguments.labels, arguments.out)
    print(f"image_features, mean cosine to fp32: {loss.cosine:.4f}")
    if loss.text_cosine is not None:
        print(f"text_features, least cosine to fp32: {loss.text_cosine:.4f}")
    for (finding, dataset), lost in loss.auc_lost.items():
        print(f"{finding:<22} AUC lost {lost:+.4f} on {dataset}")
    print(f"The bundle is {arguments.out}.", file=sys.stderr)
    return 0
