"""Keys and encryption in age's format (age-encryption.org/v1), by pyrage; the tool ``age`` reads the same."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyrage
from pyrage.x25519 import Identity, Recipient

from lightbox_edge.durable import write_durably
from lightbox_edge.errors import LightboxError

PUBLIC: Final = ".pub"  # what the file of a public key ends in, beside the secret one
_HEADS: Final = (b"age-encryption.org/v1\n", b"-----BEGIN AGE ENCRYPTED FILE-----")
_WORD: Final = re.compile(r"age1[0-9a-z]{58}")


def make_key(file: Path) -> str:
    """Make a pair: the identity in ``file``, its owner's alone to read, the public key in ``file``.pub.

    Returns:
        The public key, one word.

    Raises:
        LightboxError: one of the two is there already, or cannot be written.
    """
    public = file.with_name(file.name + PUBLIC)
    for one in (file, public):
        if os.path.lexists(one):
            raise LightboxError(f"{one} is there already, and a key is never overwritten: name another file.")
    identity = Identity.generate()
    word = str(identity.to_public())
    write_durably(file, f"# public key: {word}\n{identity}\n".encode())
    write_durably(public, f"{word}\n".encode())
    return word


def read_recipients(named: str) -> tuple[str, ...]:
    """The public keys that a file holds, one a line, or the one that is given as a word.

    Raises:
        LightboxError: there is none.
    """
    lines = [named] if _WORD.fullmatch(named) else _lines(Path(named), "public key")
    for line in lines:
        _recipient(line, named)
    return tuple(lines)


def encrypt(content: bytes, recipients: Sequence[str]) -> bytes:
    """Encrypt so that each of the recipients alone can read it."""
    sealed: bytes = pyrage.encrypt(content, [Recipient.from_str(one) for one in recipients])
    return sealed


def is_encrypted(content: bytes) -> bool:
    """Whether it is a file of age, binary or as text."""
    return content.lstrip().startswith(_HEADS)


def decrypt(content: bytes, name: Path, identity: Path) -> bytes:
    """Decrypt with one of the secret keys in a file; ``name`` is what errors call the content.

    Raises:
        LightboxError: there is no secret key in the file, or none of it opens the content.
    """
    identities = [_identity(line, identity) for line in _lines(identity, "secret key")]
    try:
        opened: bytes = pyrage.decrypt(content.lstrip(), identities)
    except pyrage.DecryptError as error:
        raise LightboxError(
            f"{name} cannot be opened with {identity}: it was encrypted to another key, or is damaged."
        ) from error
    return opened


def _lines(file: Path, what: str) -> list[str]:
    """The lines of a file of keys that are no remarks."""
    try:
        lines = [line.strip() for line in file.read_text("utf-8").splitlines()]
    except OSError as error:
        raise LightboxError(f"The {what} {file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise LightboxError(
            f"{file} holds no {what} of age: name the file that lightbox refer made."
        ) from error
    found = [line for line in lines if line and not line.startswith("#")]
    if not found:
        raise LightboxError(f"{file} holds no {what}: it is empty.")
    return found


def _recipient(word: str, named: str) -> None:
    try:
        Recipient.from_str(word)
    except pyrage.RecipientError as error:
        raise LightboxError(
            f"{named} holds no public key of age (age1 and 58 letters): ask the receiver for it again."
        ) from error


def _identity(line: str, file: Path) -> Identity:
    try:
        return Identity.from_str(line)
    except pyrage.IdentityError as error:
        raise LightboxError(
            f"{file} holds no secret key of age (AGE-SECRET-KEY-1...): name the one made with the public key."
        ) from error
