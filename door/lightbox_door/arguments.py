"""Arguments that several subcommands share, and what they open."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lightbox_door.worklists import open_worklist
from lightbox_edge.data_place import default_worklist

if TYPE_CHECKING:
    from lightbox_edge import Bundle, Worklist
    from lightbox_edge.languages import Language
    from lightbox_edge.manifest import Precision

PRECISIONS = ("auto", "fp32", "int8_weights", "int8", "int8_avx2")


def add_bundle(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bundle", type=Path, metavar="DIR", help="the bundle (default: the installed one)")


def add_worklist(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--worklist",
        type=Path,
        metavar="FILE",
        default=default_worklist(),
        help="the worklist file (default: %(default)s)",
    )


def existing_worklist(arguments: argparse.Namespace, **options: Any) -> Worklist:
    """The worklist that is named, opened, see `open_worklist`; a misspelt name makes none."""
    from lightbox_edge import LightboxError
    from lightbox_edge.worklist_files.beside import last_good

    if not arguments.worklist.is_file() and not last_good(arguments.worklist).is_file():
        raise LightboxError(f"There is no worklist {arguments.worklist}: run lightbox screen first.")
    return open_worklist(arguments.worklist, **options)


def add_language(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--language",
        metavar="CODE|FILE",
        help="one that lightbox language lists, or a file that it wrote and you mended "
        "(default: LIGHTBOX_LANGUAGE, else the system's)",
    )


def chosen_language(arguments: argparse.Namespace) -> Language:
    """What to speak, by the argument or by what the system says."""
    from lightbox_edge.languages import choose_language

    return choose_language(arguments.language)


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


def add_site_calibration(parser: argparse.ArgumentParser) -> None:
    thresholds = parser.add_mutually_exclusive_group()
    thresholds.add_argument(
        "--site-calibration",
        type=Path,
        metavar="FILE",
        help="default: the one beside the bundle, see calibrate",
    )
    thresholds.add_argument(
        "--no-site-calibration",
        action="store_true",
        help="use the bundle's own thresholds whatever lies there",
    )


def open_calibrated(arguments: argparse.Namespace) -> Bundle:
    """The bundle with its site's thresholds, unless there are none or they are not wanted."""
    from lightbox_edge import open_bundle
    from lightbox_edge.site_calibration import with_site_calibration

    bundle = open_bundle(arguments.bundle)
    if arguments.no_site_calibration:
        return bundle
    return with_site_calibration(bundle, arguments.site_calibration)


def whose_thresholds(bundle: Bundle, precision: Precision) -> list[str]:
    """Where a site has calibrated: whether its thresholds are in use at the precision that runs."""
    if precision in bundle.calibrated:
        return [f"The thresholds are this site's own, calibrated {bundle.calibrated[precision].date}."]
    return [
        f"This site's calibration of {site.date} is for {other} and {precision} runs here, with the bundle's "
        f"own thresholds: calibrate again, or run with --precision {other}."
        for other, site in bundle.calibrated.items()
    ]


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of at least 1")
    return int(text)
