"""``lightbox keys make | list | add | remove | show``: whose signatures are trusted here."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lightbox_door.arguments import add_action

if TYPE_CHECKING:
    from lightbox_edge.trust import PublicKey

HELP = "Make a key to sign with, or say whose signatures are trusted here."
EXAMPLE = "lightbox keys add ministry.pub"

_MAKE = "Make a key pair: a secret key that signs, and beside it the .pub file that others add."
_LIST = "List the keys whose signatures are trusted here."
_ADD = "Trust the key in a .pub file from now on."
_REMOVE = "Trust a key no more."
_SHOW = "Print a key in full, to be read out and compared."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    make = add_action(actions, "make", _MAKE, "lightbox keys make clinic.key")
    make.add_argument("file", type=Path, metavar="FILE", help="where the secret key is written")
    make.add_argument(
        "--no-passphrase",
        action="store_true",
        help="whoever has the file can sign with it (default: a passphrase is asked for)",
    )
    make.add_argument(
        "--comment", default="Lightbox key", help="what the .pub file says of itself (default: %(default)s)"
    )
    listed = add_action(actions, "list", _LIST, "lightbox keys list")
    add = add_action(actions, "add", _ADD, EXAMPLE)
    add.add_argument("file", type=Path, metavar="FILE", help="a .pub file")
    remove = add_action(actions, "remove", _REMOVE, "lightbox keys remove ministry")
    show = add_action(actions, "show", _SHOW, "lightbox keys show ministry")
    for one in (remove, show):
        one.add_argument("key", metavar="ID|NAME", help="as lightbox keys list has it")
    for one in (make, listed, add, remove, show):
        one.add_argument(
            "--keys", type=Path, metavar="DIR", help="the trusted keys (default: those of this Lightbox)"
        )


def run(arguments: argparse.Namespace) -> int:
    actions = {"make": _make, "list": _list, "add": _add, "remove": _remove, "show": _show}
    actions[arguments.action](arguments)
    return 0


def _make(arguments: argparse.Namespace) -> None:
    from lightbox_door.passphrases import new_passphrase
    from lightbox_edge.durable import write_durably
    from lightbox_edge.trust import make_key_pair, read_public_key

    secret, public = arguments.file, arguments.file.with_suffix(".pub")
    _refuse_place(secret, public, arguments.keys)
    passphrase = None if arguments.no_passphrase else new_passphrase()
    secret_content, public_content = make_key_pair(passphrase, arguments.comment)
    write_durably(secret, secret_content)
    write_durably(public, public_content)
    public.chmod(0o644)
    print(f"{read_public_key(public).key_id}  {public}")
    print(f"The secret key is {secret}: keep it to yourself, and give away {public}.", file=sys.stderr)
    if arguments.no_passphrase:
        print("It has no passphrase: whoever gets the file signs in your name.", file=sys.stderr)
    if secret.stat().st_mode & 0o077 and sys.platform != "win32":
        print(f"The disk of {secret} keeps no permissions: everyone here can read it.", file=sys.stderr)


def _refuse_place(secret: Path, public: Path, keys: Path | None) -> None:
    """Refuse to write over anything, and to put a secret key where it would travel with a kit."""
    from lightbox_edge import LightboxError
    from lightbox_edge.home import keys_folder

    for file in (secret, public):
        if secret == public or file.exists():
            raise LightboxError(f"{file} is there already or is no name for a secret key: name another file.")
    folder = secret.resolve().parent
    kits = [one for one in (folder, *folder.parents) if (one / "KIT.json").exists()]
    if kits or folder == (keys or keys_folder()).resolve():
        raise LightboxError(f"{folder} travels with a kit: a secret key belongs into a folder of your own.")


def _list(arguments: argparse.Namespace) -> None:
    from lightbox_edge.home import keys_folder
    from lightbox_edge.trust import trusted_keys

    keys = trusted_keys(arguments.keys)
    for key in keys:
        print(_line(key))
    print(f"{len(keys)} trusted keys in {arguments.keys or keys_folder()}.", file=sys.stderr)


def _add(arguments: argparse.Namespace) -> None:
    from lightbox_edge.trust import add_key

    print(_line(add_key(arguments.file, arguments.keys)))
    print("What this key signed runs here from now on: compare its id with its owner's.", file=sys.stderr)


def _remove(arguments: argparse.Namespace) -> None:
    from lightbox_edge.trust import remove_key

    installed = _signer_of_the_installed_bundle()
    key = remove_key(arguments.key, arguments.keys)
    among = ", among them the installed bundle" if key.key_id == installed else ""
    print(_line(key))
    print(
        f"It is trusted no more: bundles that it signed{among} run here only with --unsigned, and no kit "
        "that it signed updates this one.",
        file=sys.stderr,
    )


def _show(arguments: argparse.Namespace) -> None:
    from lightbox_edge.trust import find_key

    key = find_key(arguments.key, arguments.keys)
    print(f"id       {key.key_id}\nkey      {key.base64}\ncomment  {key.comment}\nfile     {key.file}")


def _line(key: PublicKey) -> str:
    return f"{key.key_id}  {key.file}  {key.comment}"


def _signer_of_the_installed_bundle() -> str | None:
    from lightbox_edge import LightboxError, open_bundle

    try:
        signed = open_bundle().signed
    except LightboxError:
        return None
    return signed.key_id if signed else None
