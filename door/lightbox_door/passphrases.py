"""Asking for the passphrase of a secret key on the terminal."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lightbox_edge.trust import SecretKey


def opened_secret_key(path: Path) -> SecretKey:
    """The secret key in a file; its passphrase is asked for where it has one."""
    from lightbox_edge.trust import open_secret_key

    return open_secret_key(path, lambda: getpass.getpass(f"Passphrase of {path}: "))


def new_passphrase() -> str:
    """A passphrase, typed twice alike."""
    from lightbox_edge import LightboxError

    passphrase = getpass.getpass("Passphrase of the new key: ")
    if not passphrase:
        raise LightboxError("A key without a passphrase is made with --no-passphrase: no key was made.")
    if getpass.getpass("The same passphrase again: ") != passphrase:
        raise LightboxError("The two passphrases differ: no key was made.")
    return passphrase
