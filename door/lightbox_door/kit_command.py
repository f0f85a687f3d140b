"""``lightbox kit verify | install | update | rollback | build``: the folder that a clinic gets on a stick."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lightbox_door.arguments import add_action

if TYPE_CHECKING:
    from lightbox_edge.kit import Checked, Installed
    from lightbox_edge.trust import PublicKey

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
    from lightbox_edge.errors import KitError
    from lightbox_edge.kit import check

    kit = _kit(arguments)
    with KitProgress() as progress:
        found = check(kit, _keys(arguments, kit), progress)
    for problem in found.problems:
        print(problem)
    if found.problems:
        raise KitError(
            f"{kit} is not whole, or not what was signed (problems: {len(found.problems)}): get the kit "
            "again, and from somewhere else."
        )
    print("\n".join([*told(kit, found), _whose_keys(arguments, kit)]))


def told(kit: Path, found: Checked) -> list[str]:
    """What a kit that is whole is, as lines for people."""
    record, signed = found.record, found.signed
    lines = [
        f"{kit}: every file is the one that was sealed ({found.files} files, {found.bytes / 1e6:.1f} MB)."
    ]
    if record and signed:
        lines += [
            f"{record.name} {record.version} for {record.platform}, built {record.built_at}",
            f"program {record.program_version}, bundle {record.bundle.name} {record.bundle.version}",
            f"signed by the key {signed.key_id}: {signed.trusted_comment}",
        ]
    return [*lines, *(f"not sealed, your own: {path}" for path in found.own)]


def _whose_keys(arguments: argparse.Namespace, kit: Path) -> str:
    from lightbox_edge.home import place_of

    if arguments.key:
        return "held against the key that you gave"
    if place_of(kit):
        return "held against the keys that this place trusts"
    return (
        "held against the keys that came with the kit itself: to know who built it, get the key another way "
        "and give it with --key"
    )


def _install(arguments: argparse.Namespace) -> None:
    from lightbox_door.kit_progress import KitProgress
    from lightbox_edge.kit import install

    kit = _kit(arguments)
    with KitProgress() as progress:
        _tell(install(kit, arguments.place, _keys(arguments, kit), progress), arguments.place)
    if arguments.key is None:
        print(
            "This place trusts the keys that came with the kit: compare them (lightbox keys list) with what "
            "their owners tell you.",
            file=sys.stderr,
        )


def _update(arguments: argparse.Namespace) -> None:
    from lightbox_door.kit_progress import KitProgress
    from lightbox_edge.kit import update

    place = _place(arguments)
    with KitProgress() as progress:
        _tell(update(arguments.kit, place, progress), place)


def _rollback(arguments: argparse.Namespace) -> None:
    from lightbox_door.kit_progress import KitProgress
    from lightbox_edge.kit import rollback

    place = _place(arguments)
    with KitProgress() as progress:
        _tell(rollback(place, progress), place)


def _tell(done: Installed, place: Path) -> None:
    before = f", before {done.before}" if done.before not in (None, done.record.version) else ""
    print(f"{place}: Lightbox {done.record.version} is verified and in use{before}.")
    if done.calibration_lost:
        print(
            "The site calibration belongs to the bundle of the version before, so this one's own thresholds "
            "are in use: run lightbox calibrate again.",
            file=sys.stderr,
        )


def _build(arguments: argparse.Namespace) -> None:
    from lightbox_door.kit_building import build

    build(arguments.bundle, arguments.out, arguments.key, arguments.version)


def _kit(arguments: argparse.Namespace) -> Path:
    """The kit that is named, or the one that this program runs from."""
    from lightbox_edge import LightboxError
    from lightbox_edge.home import home
    from lightbox_edge.kit.layout import SUMS

    if arguments.kit is not None:
        return Path(arguments.kit)
    if not (home() / SUMS).is_file():
        raise LightboxError("This Lightbox does not run from a kit: name the folder of one.")
    return home()


def _keys(arguments: argparse.Namespace, kit: Path) -> tuple[PublicKey, ...]:
    from lightbox_edge.home import keys_of
    from lightbox_edge.trust import read_public_key, trusted_keys

    return tuple(map(read_public_key, arguments.key)) if arguments.key else trusted_keys(keys_of(kit))


def _place(arguments: argparse.Namespace) -> Path:
    """The installed place that is named, or the one that this program is installed in."""
    from lightbox_edge import LightboxError
    from lightbox_edge.home import home, place_of

    place = arguments.place or place_of(home())
    if place is None:
        raise LightboxError("This Lightbox is not installed on a disk: name the place with --to DIR.")
    return Path(place)
