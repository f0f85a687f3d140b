"""``lightbox bundle info | verify``: what a bundle is, and whether it is whole."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "Show what a bundle is, or check every file of it."
EXAMPLE = "lightbox bundle verify bundles/chest-open"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=("info", "verify"))
    parser.add_argument(
        "folder", nargs="?", type=Path, metavar="DIR", help="the bundle (default: the installed one)"
    )


def run(arguments: argparse.Namespace) -> int:
    from lightbox_edge import open_bundle, verify_bundle
    from lightbox_edge.site_calibration import site_path, with_site_calibration

    bundle = open_bundle(arguments.folder)
    if arguments.action == "verify":
        size = verify_bundle(bundle)
        print(f"{bundle.folder}: every file is the one its manifest names ({size / 1e6:.1f} MB).")
        return 0
    manifest = bundle.manifest
    print(f"{manifest.name} {manifest.version}, {manifest.licence}\n{manifest.intended_use}")
    for precision, rung in manifest.ladder.items():
        print(f"\n{precision}: image encoder {rung.image_encoder.bytes / 1e6:.1f} MB")
        for one in rung.results:
            low, high = one.auc_interval
            print(
                f"  {one.finding:<22} AUC {one.auc:.2f} ({low:.2f} to {high:.2f})  "
                f"{one.positives} with, {one.negatives} without, {one.dataset}"
            )
    if manifest.anatomy is not None:
        found = manifest.anatomy
        print(f"\nfinds {', '.join(found.targets)}: {found.name} ({found.precision}), {found.licence}")
    calibrated = with_site_calibration(bundle).calibrated
    for precision, site in calibrated.items():
        print(f"\n{precision}: this site's own calibration of {site.date} is in use ({site_path(bundle)})")
    return 0
