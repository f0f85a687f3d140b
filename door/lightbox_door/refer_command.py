"""``lightbox refer``: films to a distant reader, without their patients, encrypted, and the answers back."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lightbox_door.arguments import add_worklist, existing_worklist
from lightbox_door.referring_films import needed, new_file, pack

if TYPE_CHECKING:
    from lightbox_edge import Worklist

HELP = "Pack films for a distant reader, without their patients and encrypted, and take the answers back."
EXAMPLE = "lightbox refer --flagged --to hospital.pub --out for-the-hospital.zip.age"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="films, folders or zips to pack")
    add_worklist(parser)
    packing = parser.add_argument_group("to pack")
    packing.add_argument(
        "--film",
        action="extend",
        nargs="+",
        default=[],
        metavar="SHA256",
        help="films of the worklist, by their content",
    )
    packing.add_argument("--flagged", action="store_true", help="all films of the worklist that are flagged")
    packing.add_argument("--to", metavar="KEY", help="the receiver's public key of age: a file, or age1...")
    packing.add_argument("--out", type=Path, metavar="PACK", help="the file to write, such as pack.zip.age")
    packing.add_argument(
        "--yes", action="store_true", help="you have looked at each film: no name or date is written on it"
    )
    answers = parser.add_argument_group(
        "to take answers back", 'lightbox refer --import answers.csv --reader "Amina Yusuf"'
    )
    answers.add_argument("--import", dest="answers", type=Path, metavar="ANSWERS", help="the form, filled in")
    answers.add_argument(
        "--reader",
        metavar="NAME",
        help="who takes them in, a reader of the worklist, by his PIN (default: the system's account)",
    )
    answers.add_argument("--pin-stdin", action="store_true", help="read his PIN from a line of stdin")
    keys = parser.add_argument_group("keys", "lightbox refer --make-key hospital")
    keys.add_argument(
        "--make-key", type=Path, metavar="FILE", help="make a secret key, and FILE.pub to give away"
    )
    keys.add_argument("--open", type=Path, metavar="PACK", help="decrypt a pack into the zip --out")
    keys.add_argument(
        "--identity", type=Path, metavar="FILE", help="the secret key that opens a pack or answers"
    )


def run(arguments: argparse.Namespace) -> int:
    from lightbox_edge import LightboxError

    films = bool(arguments.files or arguments.film or arguments.flagged)
    ways = {
        pack: films,
        _import: arguments.answers is not None,
        _make_key: arguments.make_key is not None,
        _open: arguments.open is not None,
    }
    wanted = [way for way, is_wanted in ways.items() if is_wanted]
    if len(wanted) != 1:
        raise LightboxError(
            "Say one thing at a time: films to pack (FILE..., --film or --flagged), --import, --open or "
            "--make-key."
        )
    return wanted[0](arguments)


def _make_key(arguments: argparse.Namespace) -> int:
    from lightbox_edge.referring.age_keys import PUBLIC, make_key

    print(make_key(arguments.make_key))
    print(
        f"{arguments.make_key} is secret: whoever has it can open what is sent to you. Give "
        f"{arguments.make_key}{PUBLIC} to those who refer films to you.",
        file=sys.stderr,
    )
    return 0


def _open(arguments: argparse.Namespace) -> int:
    from lightbox_edge.durable import write_durably
    from lightbox_edge.referring.age_keys import decrypt

    out = new_file(arguments.out)
    needed(arguments.identity, "--identity, the file of your secret key")
    write_durably(out, decrypt(_content(arguments.open), arguments.open, arguments.identity))
    print(f"{out} holds the films as they were sent; its READ-ME.txt says what is asked.", file=sys.stderr)
    return 0


def _import(arguments: argparse.Namespace) -> int:
    from lightbox_edge.referring.age_keys import decrypt, is_encrypted
    from lightbox_edge.referring.taking_in import take_in

    content = _content(arguments.answers)
    if is_encrypted(content):
        needed(arguments.identity, "--identity, for these answers are encrypted")
        content = decrypt(content, arguments.answers, arguments.identity)
    with existing_worklist(arguments) as worklist:
        taken = take_in(worklist, arguments.answers, content, _who(worklist, arguments))
    print(
        f"{taken.new} answers of {taken.reader} are new in {arguments.worklist}, {taken.known} it had "
        f"already (referral {taken.referral})."
    )
    return 0


def _who(worklist: Worklist, arguments: argparse.Namespace) -> str:
    """Who takes answers in: a reader who signs in, else whoever uses this machine."""
    from lightbox_edge.decisions import Readers

    if arguments.reader is None:
        return f"account {getpass.getuser()}"
    pin = sys.stdin.readline().rstrip("\r\n") if arguments.pin_stdin else getpass.getpass("PIN: ")
    return Readers(worklist).sign_in(arguments.reader, pin)


def _content(file: Path) -> bytes:
    from lightbox_edge import LightboxError

    try:
        return file.read_bytes()
    except OSError as error:
        raise LightboxError(f"{file} cannot be read: {error.strerror}.") from error
