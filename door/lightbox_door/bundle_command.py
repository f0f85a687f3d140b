"""``lightbox bundle info | verify | sign``: what a bundle is, whether it is whole, who answers for it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from lightbox_door.arguments import add_action

if TYPE_CHECKING:
    from lightbox_edge import Bundle

HELP = "Show what a bundle is, check every file of it and who signed it, or sign it."
EXAMPLE = "lightbox bundle verify bundles/chest-open"

_INFO = "Show what a bundle is, what it was measured to do, and who signed it."
_VERIFY = "Check every file of a bundle, and that a trusted key signed it."
_SIGN = "Check every file of a bundle and sign it."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    info = add_action(actions, "info", _INFO, "lightbox bundle info")
    verify = add_action(actions, "verify", _VERIFY, EXAMPLE)
    for one in (info, verify):
        one.add_argument(
            "folder", nargs="?", type=Path, metavar="DIR", help="the bundle (default: the installed one)"
        )
    verify.add_argument("--unsigned", action="store_true", help="be content with whole files")
    sign = add_action(actions, "sign", _SIGN, "lightbox bundle sign bundles/chest-open --key clinic.key")
    sign.add_argument("folder", type=Path, metavar="DIR", help="the bundle")
    sign.add_argument(
        "--key", type=Path, required=True, metavar="FILE", help="a secret key, see lightbox keys make"
    )


def run(arguments: argparse.Namespace) -> int:
    {"info": _info, "verify": _verify, "sign": _sign}[arguments.action](arguments)
    return 0


def _sign(arguments: argparse.Namespace) -> None:
    from lightbox_door.passphrases import opened_secret_key
    from lightbox_edge.bundle_signing import sign_bundle

    signed = sign_bundle(arguments.folder, opened_secret_key(arguments.key))
    print(f"{arguments.folder}: signed by the key {signed.key_id} ({signed.trusted_comment}).")


def _verify(arguments: argparse.Namespace) -> None:
    from lightbox_edge import open_bundle, verify_bundle
    from lightbox_edge.bundle_signing import require_signed

    bundle = open_bundle(arguments.folder)
    size = verify_bundle(bundle)
    print(f"{bundle.folder}: every file is the one its manifest names ({size / 1e6:.1f} MB).")
    if not arguments.unsigned:
        require_signed(bundle)
    print(_signed(bundle))


def _info(arguments: argparse.Namespace) -> None:
    from lightbox_edge import open_bundle
    from lightbox_edge.site_calibration import site_path, with_site_calibration

    bundle = open_bundle(arguments.folder)
    manifest = bundle.manifest
    print(
        f"{manifest.name} {manifest.version}, {manifest.licence}\n{_signed(bundle)}\n{manifest.intended_use}"
    )
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


def _signed(bundle: Bundle) -> str:
    """Who answers for a bundle, in a sentence."""
    if bundle.signed is None:
        return bundle.untrusted
    return f"Signed by the trusted key {bundle.signed.key_id} ({bundle.signed.trusted_comment})."
