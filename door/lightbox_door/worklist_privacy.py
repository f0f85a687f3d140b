"""``lightbox worklist encrypt | decrypt | erase``: who can read a worklist, and its end."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable
from pathlib import Path

from lightbox_door.worklists import given_passphrase, open_worklist, passphrase_for, still_plain

SHORTEST = 8  # characters of a passphrase

_HELP = {
    "encrypt": (
        "Put a worklist under a passphrase, or make a new one; a forgotten passphrase loses all of it.",
        "lightbox worklist encrypt clinic.worklist",
    ),
    "decrypt": ("Take the passphrase from a worklist.", "lightbox worklist decrypt clinic.worklist"),
    "erase": (
        "Overwrite and remove a worklist and all that belongs to it.",
        "lightbox worklist erase clinic.worklist",
    ),
}
_FORGOTTEN = (
    "Nobody can open an encrypted worklist without its passphrase, not even who made Lightbox: if it is "
    "forgotten, every result and every decision is lost. Write it down and lock it away."
)
_NOT_REACHED = (
    "Not reached: the films themselves, reports and folders of regions that you had written elsewhere, "
    "copies on sticks and in backups, and what an SSD or a card keeps of overwritten cells (docs/privacy.md)."
)


def add_actions(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """The three subcommands, each with its example."""
    for name, (said, example) in _HELP.items():
        made = actions.add_parser(
            name,
            help=said,
            description=said,
            epilog=f"example:  {example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        made.add_argument("worklist", type=Path, metavar="FILE", help="the worklist")
        if name == "erase":
            made.add_argument("--yes", action="store_true", help="do not ask")


def _encrypt(arguments: argparse.Namespace) -> int:
    from lightbox_edge import Worklist
    from lightbox_edge.worklist_files import Key
    from lightbox_edge.worklist_files.beside import last_good
    from lightbox_edge.worklist_files.encrypting import encrypt
    from lightbox_edge.worklist_files.recognizing import is_encrypted

    path = arguments.worklist
    if is_encrypted(path):
        plain = encrypt(path, "")
        print(f"{path} is encrypted already.", file=sys.stderr)
        _warn(plain)
        return 0
    print(_FORGOTTEN, file=sys.stderr)
    passphrase = _new_passphrase()
    if not path.exists() and not last_good(path).exists():
        Worklist(path, key=Key.derive(passphrase)).close()
        print(f"{path} is a new, empty worklist; all that comes into it will be encrypted.", file=sys.stderr)
        return 0
    open_worklist(path).close()  # an old version is brought up to date, a damaged one restored
    plain = encrypt(path, passphrase)
    print(
        f"{path} and its last good copy are encrypted; the old file was overwritten. An SSD, a card or a "
        "stick may keep cells of it all the same (docs/privacy.md).",
        file=sys.stderr,
    )
    _warn(plain)
    return 0


def _warn(plain: list[Path]) -> None:
    for one in plain:
        print(still_plain(one), file=sys.stderr)


def _decrypt(arguments: argparse.Namespace) -> int:
    from lightbox_edge import LightboxError
    from lightbox_edge.worklist_files.encrypting import decrypt

    passphrase = passphrase_for(arguments.worklist)
    if passphrase is None:
        raise LightboxError(f"{arguments.worklist} is no encrypted worklist: there is nothing to decrypt.")
    with open_worklist(arguments.worklist, passphrase) as worklist:
        key = worklist.key
    assert key  # noqa: S101  # it was opened with a passphrase
    kept = decrypt(arguments.worklist, key)
    print(f"{arguments.worklist} is not encrypted any more: who has the file can read it.", file=sys.stderr)
    for one in kept:
        print(f"Still under the passphrase that it had: {one}.", file=sys.stderr)
    return 0


def _erase(arguments: argparse.Namespace) -> int:
    from lightbox_edge import LightboxError
    from lightbox_edge.viewing.showing import remove_left
    from lightbox_edge.worklist_files.erasing import erase

    if not arguments.yes:
        if not sys.stdin.isatty():
            raise LightboxError("Erasing is asked for on a terminal: add --yes to erase without.")
        print(f"{arguments.worklist} and all decisions in it will be gone for good.", file=sys.stderr)
        if input("Type erase to go on: ").strip() != "erase":
            print("Nothing was erased.", file=sys.stderr)
            return 0
    for one in [*erase(arguments.worklist), *remove_left()]:
        print(f"erased  {one}")
    print(_NOT_REACHED, file=sys.stderr)
    return 0


def _new_passphrase() -> str:
    from lightbox_edge import LightboxError

    given = given_passphrase()
    passphrase = given if given is not None else getpass.getpass("New passphrase: ")
    if len(passphrase) < SHORTEST:
        raise LightboxError(
            f"The passphrase is too short: take at least {SHORTEST} characters, or a few words."
        )
    if given is None and getpass.getpass("The same passphrase again: ") != passphrase:
        raise LightboxError("The two passphrases differ: nothing was encrypted.")
    return passphrase


ACTIONS: dict[str, Callable[[argparse.Namespace], int]] = {
    "encrypt": _encrypt,
    "decrypt": _decrypt,
    "erase": _erase,
}
