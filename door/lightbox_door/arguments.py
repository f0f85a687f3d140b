"""Arguments that several subcommands share, and what they open."""

from __future__ import annotations

import argparse
from pathlib import Path

PRECISIONS = ("auto", "fp32", "int8_weights", "int8", "int8_avx2")
DEFAULT_WORKLIST = Path("lightbox.worklist")


def add_bundle(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bundle", type=Path, metavar="DIR", help="the bundle (default: the installed one)")


def add_worklist(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--worklist",
        type=Path,
        metavar="FILE",
        default=DEFAULT_WORKLIST,
        help="the worklist file (default: %(default)s in the current folder)",
    )


def add_runtime(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--precision", choices=PRECISIONS, default="auto", help="default: what is fastest here, see doctor"
    )
    parser.add_argument(
        "--backend", choices=("auto", "onnxruntime", "openvino"), default="auto", help="default: auto"
    )
    parser.add_argument(
        "--device", choices=("auto", "cpu", "gpu"), default="auto", help="default: a GPU if one is there"
    )
    parser.add_argument(
        "--threads", type=_positive, metavar="N", help="threads and decoders (default: one for each CPU)"
    )


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of at least 1")
    return int(text)
