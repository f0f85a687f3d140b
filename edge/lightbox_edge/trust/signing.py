"""Signing and verifying in minisign's format (https://jedisct1.github.io/minisign/), by py-minisign.

A signature is Ed25519 (RFC 8032) of the content's BLAKE2b-512 (``ED``, prehashed). A second one, the global
signature, covers the first and the trusted comment. Signatures that are not prehashed are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import minisign

from lightbox_edge.bounded_file import read_at_most
from lightbox_edge.errors import LightboxError, SignatureError, Untrusted
from lightbox_edge.printable import printable
from lightbox_edge.trust.records import PublicKey, Signed

MOST_BYTES = 4096  # of a key or a signature, which have some 100 and 300

# scrypt with N = 2^17, r = 8, p = 1, which takes 128 MiB (OWASP's password storage cheat sheet).
_OPSLIMIT, _MEMLIMIT = 1 << 22, 1 << 27


@dataclass(frozen=True, slots=True, repr=False)
class SecretKey:
    """A secret key that is ready to sign; `open_secret_key` reads one."""

    public: PublicKey
    _key: minisign.SecretKey


def make_key_pair(passphrase: str | None, comment: str) -> tuple[bytes, bytes]:
    """The files of a new key pair, secret and public; without a passphrase the secret one lies open.

    Raises:
        LightboxError: the comment has other than printable ASCII characters.
    """
    pair = minisign.KeyPair.generate()
    secret, public = pair.secret_key, pair.public_key
    try:
        public.untrusted_comment = f"{comment} {_key_id(_id_bytes(public))}".lstrip()
    except minisign.Error as error:
        raise LightboxError(
            f"The comment {comment!r} has letters that no key file holds: use ASCII."
        ) from error
    if passphrase is not None:
        secret.encrypt(passphrase, opslimit=_OPSLIMIT, memlimit=_MEMLIMIT)
    return bytes(secret) + b"\n", bytes(public) + b"\n"


def open_secret_key(path: Path, passphrase: Callable[[], str]) -> SecretKey:
    """Read a secret key; ``passphrase`` is called where it has one.

    Raises:
        LightboxError: the file cannot be read, is no secret key, or the passphrase is wrong.
    """
    try:
        key = minisign.SecretKey.from_bytes(read_at_most(path, MOST_BYTES))
        encrypted = key.is_encrypted()
    except OSError as error:
        raise LightboxError(f"The secret key {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise LightboxError(
            f"{path} is no secret key in minisign's format: make one with lightbox keys make."
        ) from error
    if encrypted:
        try:
            key.decrypt(passphrase())
        except ValueError as error:
            raise LightboxError(f"This is not the passphrase of the secret key {path}.") from error
    return SecretKey(public_key(bytes(key.get_public_key())), key)


def sign(secret_key: SecretKey, content: bytes, trusted_comment: str) -> str:
    """A signature file of ``content``, prehashed; ``trusted_comment`` is signed with it.

    Raises:
        LightboxError: the comment has other than printable ASCII characters, or is too long.
    """
    try:
        made = secret_key._key.sign(content, prehash=True, trusted_comment=trusted_comment)
    except minisign.Error as error:
        raise LightboxError(f"The comment {trusted_comment!r} cannot be signed: {error}.") from error
    return bytes(made).decode() + "\n"


def verify(
    content: bytes, signature: str, keys: Sequence[PublicKey], what: str = "The signed file"
) -> Signed:
    """Who of ``keys`` signed ``content``; ``what`` names it in a sentence.

    Raises:
        Untrusted: none of them did, for the signature is another key's.
        SignatureError: it is no signature, or one of ``keys`` signed something else.
    """
    try:
        found = minisign.Signature.from_bytes(signature.encode())
        if not found.is_prehashed():
            raise minisign.ParseError("not prehashed")
    except ValueError as error:
        raise SignatureError(
            f"{what} has a signature that is not in minisign's prehashed format: get it again, or have it "
            "signed again."
        ) from error
    key_id = _key_id(found._key_id)
    own = [key for key in keys if key.key_id == key_id]
    if not own:
        raise Untrusted(
            f"{what} is signed by the key {key_id}, which is not trusted here: if you know whose it is, add "
            "it with lightbox keys add."
        )
    if not any(_is_right(content, found, key) for key in own):
        raise SignatureError(
            f"{what} is not what the key {key_id} signed, so it was changed or damaged: get it again."
        )
    return Signed(key_id, printable(found.trusted_comment))


def public_key(content: bytes, file: Path | None = None) -> PublicKey:
    """A public key from the bytes of its file; ValueError where it is none."""
    first, second = content.splitlines()
    key = minisign.PublicKey.from_base64(
        second
    )  # from_bytes would refuse letters beyond ASCII in the comment
    comment = printable(first.decode().removeprefix("untrusted comment: "))
    return PublicKey(_key_id(_id_bytes(key)), key.to_base64().decode(), comment, file)


def _is_right(content: bytes, signature: minisign.Signature, key: PublicKey) -> bool:
    try:
        minisign.PublicKey.from_base64(key.base64).verify(content, signature)
    except ValueError:
        return False
    return True


def _id_bytes(key: minisign.PublicKey) -> bytes:
    return bytes(key._keynum_pk.key_id)  # the library shows it nowhere else


def _key_id(little_endian: bytes) -> str:
    return little_endian[::-1].hex().upper()
