"""``lightbox quantize``: an fp32 bundle to a ladder of INT8 precisions, on a workstation."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HELP = "Quantize a bundle, calibrate and test every precision again, refuse those that cost too much."
EXAMPLE = (
    "lightbox quantize build/chest-open --images open-x-rays "
    "--labels build/chest-open.labels.csv --out bundles/chest-open"
)
PRECISIONS = ("fp32", "int8_weights", "int8", "int8_avx2")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", type=Path, metavar="DIR", help="the fp32 bundle")
    parser.add_argument("--images", type=Path, required=True, metavar="DIR", help="films, labelled or not")
    parser.add_argument("--labels", type=Path, metavar="CSV", help="what is known of them (default: nothing)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the bundle to write")
    parser.add_argument(
        "--precision",
        action="append",
        choices=PRECISIONS,
        help="a rung that is wanted, may be given again (default: every INT8 one)",
    )
    gate = parser.add_argument_group("the gate: what a precision may cost against fp32")
    gate.add_argument("--max-auc-loss", type=float, default=0.005, metavar="X", help="default: %(default)s")
    gate.add_argument(
        "--max-sensitivity-loss", type=float, default=0.05, metavar="X", help="default: %(default)s"
    )
    gate.add_argument(
        "--min-cosine", type=float, default=0.99, metavar="X", help="of image_features; default: %(default)s"
    )
    gate.add_argument(
        "--min-text-cosine",
        type=float,
        default=0.98,
        metavar="X",
        help="of text_features; default: %(default)s",
    )
    gate.add_argument(
        "--min-agreement",
        type=float,
        default=0.95,
        metavar="X",
        help="share of unlabelled films with the same triage; default: %(default)s",
    )
    gate.add_argument("--min-mask-iou", type=float, default=0.97, metavar="X", help="default: %(default)s")


def run(arguments: argparse.Namespace) -> int:
    from lightbox_quantize.gate import Limits
    from lightbox_quantize.quantize import PRECISIONS as USUAL
    from lightbox_quantize.quantize import quantize

    limits = Limits(
        cosine=arguments.min_cosine,
        text_cosine=arguments.min_text_cosine,
        auc_lost=arguments.max_auc_loss,
        sensitivity_lost=arguments.max_sensitivity_loss,
        triage_agreement=arguments.min_agreement,
        mask_iou=arguments.min_mask_iou,
    )
    report = quantize(
        arguments.bundle,
        arguments.images,
        arguments.labels,
        arguments.out,
        tuple(arguments.precision or USUAL),
        limits,
    )
    print("\n".join(report.lines()))
    print(f"The bundle is {arguments.out}.", file=sys.stderr)
    return 0
