"""Which kit, which keys and which place a call of ``lightbox kit`` means."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lightbox_edge.trust import PublicKey


def named_kit(arguments: argparse.Namespace) -> Path:
    """The kit that is named, or the one that this program runs from."""
    from lightbox_edge import LightboxError
    from lightbox_edge.home import home
    from lightbox_edge.kit.layout import SUMS

    if arguments.kit is not None:
        return Path(arguments.kit)
    if not (home() / SUMS).is_file():
        raise LightboxError("This Lightbox does not run from a kit: name the folder of one.")
    return home()


def named_keys(arguments: argparse.Namespace, kit: Path) -> tuple[PublicKey, ...]:
    """The public keys that are named, or those that the kit trusts."""
    from lightbox_edge.home import keys_of
    from lightbox_edge.trust import read_public_key, trusted_keys

    return tuple(map(read_public_key, arguments.key)) if arguments.key else trusted_keys(keys_of(kit))


def named_place(arguments: argparse.Namespace) -> Path:
    """The installed place that is named, or the one that this program is installed in."""
    from lightbox_edge import LightboxError
    from lightbox_edge.home import home, place_of

    place = arguments.place or place_of(home())
    if place is None:
        raise LightboxError("This Lightbox is not installed on a disk: name the place with --to DIR.")
    return Path(place)
