"""Opening a bundle for those who rely on it: a trusted key signed it, or --unsigned was said."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from lightbox_door.arguments import open_calibrated

if TYPE_CHECKING:
    from lightbox_edge import Bundle


def add_unsigned(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--unsigned",
        action="store_true",
        help="run a bundle that nobody trusted signed; all that it says is marked so",
    )


def open_signed(arguments: argparse.Namespace) -> Bundle:
    """The bundle with its site's thresholds; refused unless a trusted key signed it or --unsigned is said."""
    return checked(open_calibrated(arguments), arguments.unsigned)


def checked(bundle: Bundle, unsigned: bool) -> Bundle:
    """A bundle that may run: signed by a trusted key, or unsigned and said to be."""
    from lightbox_edge.bundle_signing import require_signed

    if not unsigned:
        require_signed(bundle)
    elif bundle.signed is None:
        print(
            f"The bundle {bundle.folder} runs unsigned: nobody who is trusted here answers for it, and every "
            "result says so.",
            file=sys.stderr,
        )
    return bundle


def bundle_to_show_with(
    arguments: argparse.Namespace, opened: Callable[[argparse.Namespace], Bundle]
) -> Bundle | None:
    """One that helps to show films, which can be shown without: the installed one may be missing or wrong."""
    from lightbox_edge.bundle import MANIFEST, default_bundle
    from lightbox_edge.errors import BundleError

    try:
        return opened(arguments)
    except BundleError as error:
        if arguments.bundle is not None:
            raise
        if (default_bundle() / MANIFEST).exists():
            print(f"lightbox: {error} Films are shown without it.", file=sys.stderr)
        return None
