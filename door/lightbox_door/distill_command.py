"""``lightbox distill``: a small image encoder learns from a large one, on a workstation."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HELP = "Teach a small image encoder what a bundle's large one knows, and put it in its place."
EXAMPLE = (
    "lightbox distill build/biomedclip --student tiny_vit_5m --images films --out build/biomedclip-small"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", type=Path, metavar="DIR", help="the teacher's bundle, with its fp32 rung")
    parser.add_argument("--student", required=True, metavar="NAME", help="a row of students.toml")
    parser.add_argument(
        "--role", choices=("image_encoder", "segmenter"), default="image_encoder", help="default: %(default)s"
    )
    parser.add_argument("--images", type=Path, required=True, metavar="DIR", help="films, labelled or not")
    parser.add_argument("--labels", type=Path, metavar="CSV", help="parts and findings of the films")
    parser.add_argument("--captions", type=Path, metavar="CSV", help="columns file and text, where there are")
    parser.add_argument("--weights", type=Path, metavar="FILE", help="what the student starts from")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the bundle to write")
    parser.add_argument("--epochs", type=int, default=20, metavar="N", help="default: %(default)s")
    parser.add_argument("--batch", type=int, default=8, metavar="N", help="default: %(default)s")
    parser.add_argument("--rate", type=float, default=1e-3, metavar="X", help="highest; default: %(default)s")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="default: %(default)s")
    parser.add_argument("--bf16", action="store_true", help="where the CPU or GPU has it in hardware")


def run(arguments: argparse.Namespace) -> int:
    from lightbox_export.distil import Plan
    from lightbox_export.distill import distill

    plan = Plan(
        epochs=arguments.epochs,
        batch_size=arguments.batch,
        learning_rate=arguments.rate,
        seed=arguments.seed,
        bf16=arguments.bf16,
    )
    learned = distill(
        arguments.bundle,
        arguments.student,
        arguments.role,
        arguments.images,
        arguments.labels,
        arguments.out,
        plan,
        arguments.captions,
        arguments.weights,
    )
    print(
        f"{arguments.student}, {learned.parameters / 1e6:.1f} million parameters: mean cosine to its teacher "
        f"{learned.before:.4f} before, {learned.after:.4f} after, on {learned.films} films held out."
    )
    print(f"The bundle is {arguments.out}: now run lightbox quantize.", file=sys.stderr)
    return 0
