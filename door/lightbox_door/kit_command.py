"""``lightbox kit verify | install | update | rollback | build``: the folder that a clinic gets on a stick."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lightbox_door.arguments import add_action
from lightbox_door.kit_arguments import named_keys, named_kit, named_place

if TYPE_CHECKING:
    from lightbox_edge.kit import Installed

HELP = "Verify the kit that Lightbox came as, put it on a disk, update it there, or build one."
EXAMPLE = "lightbox kit install /opt/lightbox"

_VERIFY = "Hold every file of a kit against its sums, and these against the signature."
_INSTALL = "Copy a kit to a disk and verify it there."
_UPDATE = "Put the newer kit of a stick in the place of the one on the disk, which is kept."
_ROLLBACK = "Use the version before again."
_BUILD = "On a workstation: build a kit from a checkout, and seal it."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    verify = add_action(
        actions, "verify", _VERIFY, "lightbox kit verify /media/stick/lightbox --key programme.pub"
    )
    verify.add_argument(
        "kit", nargs="?", type=Path, metavar="DIR", help="the kit (default: the one that this runs from)"
    )
    install = add_action(actions, "install", _INSTALL, EXAMPLE)
    install.add_argument("place", type=Path, metavar="DIR", help="a folder of its own on the disk")
    install.add_argument(
        "--from", dest="kit", type=Path, metavar="KIT", help="default: the kit that this runs from"
    )
    for one in (verify, install):
        one.add_argument(
            "--key",
            type=Path,
            action="append",
            metavar="FILE",
            help="a public key that came another way, instead of those that came with the kit (repeatable)",
        )
    update = add_action(actions, "update", _UPDATE, "lightbox kit update /media/stick/lightbox")
    update.add_argument("kit", type=Path, metavar="STICK", help="the newer kit")
    rollback = add_action(actions, "rollback", _ROLLBACK, "lightbox kit rollback")
    for one in (update, rollback):
        one.add_argument(
            "--to", dest="place", type=Path, metavar="DIR", help="default: where this Lightbox is installed"
        )
    build = add_action(
        actions,
        "build",
        _BUILD,
        "lightbox kit build --bundle bundles/chest-open --out /media/stick/lightbox --key programme.key",
    )
    build.add_argument("--bundle", type=Path, required=True, metavar="DIR", help="a signed bundle")
    build.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the kit is laid out")
    build.add_argument("--key", type=Path, metavar="FILE", help="the secret key to sign with")
    build.add_argument(
        "--version", help="numbers with dots, higher than the kit before (default: today and a counter)"
    )


def run(arguments: argparse.Namespace) -> int:
    actions = {
        "verify": _verify,
        "install": _install,
        "update": _update,
        "rollback": _rollback,
        "build": _build,
    }
    actions[arguments.action](arguments)
    return 0


def _verify(arguments: argparse.Namespace) -> None:
    from lightbox_door.kit_progress import KitProgress
    from lightbox_door.kit_words import told, whose_keys
    from lightbox_edge.errors import KitError
    from lightbox_edge.kit import check

    kit = named_kit(arguments)
    with KitProgress() as progress:
        found = check(kit, named_keys(arguments, kit), progress)
    for problem in found.problems:
        print(problem)
    if found.problems:
        raise KitError(
            f"{kit} is not whole, or not what was signed (problems: {len(found.problems)}): get the kit "
            "again, and from somewhere else."
        )
    print("\n".join([*told(kit, found), whose_keys(kit, given=arguments.key is not None)]))


def _install(arguments: argparse.Namespace) -> None:
    from lightbox_door.kit_progress import KitProgress
    from lightbox_edge.kit import install

    kit = named_kit(arguments)
    with KitProgress() as progress:
        _tell(install(kit, arguments.place, named_keys(arguments, kit), progress), arguments.place)


def _update(arguments: argparse.Namespace) -> None:
    from lightbox_door.kit_progress import KitProgress
    from lightbox_edge.kit import update

    place = named_place(arguments)
    with KitProgress() as progress:
        _tell(update(arguments.kit, place, progress), place)


def _rollback(arguments: argparse.Namespace) -> None:
    from lightbox_door.kit_progress import KitProgress
    from lightbox_edge.kit import rollback

    place = named_place(arguments)
    with KitProgress() as progress:
        _tell(rollback(place, progress), place)


def _tell(done: Installed, place: Path) -> None:
    from lightbox_door.kit_words import in_use, to_do

    print(in_use(done, place))
    for sentence in to_do(done):
        print(sentence, file=sys.stderr)


def _build(arguments: argparse.Namespace) -> None:
    from lightbox_door.kit_building import build

    build(arguments.bundle, arguments.out, arguments.key, arguments.version)
