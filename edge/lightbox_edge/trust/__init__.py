"""Who answers for a file: Ed25519 signatures in minisign's format, and the public keys trusted here."""

from lightbox_edge.trust.key_folder import (
    add_key,
    find_key,
    put_key,
    read_public_key,
    remove_key,
    trusted_keys,
)
from lightbox_edge.trust.records import PublicKey, Signed
from lightbox_edge.trust.signing import SecretKey, make_key_pair, open_secret_key, sign, verify

__all__ = [
    "PublicKey",
    "SecretKey",
    "Signed",
    "add_key",
    "find_key",
    "make_key_pair",
    "open_secret_key",
    "put_key",
    "read_public_key",
    "remove_key",
    "sign",
    "trusted_keys",
    "verify",
]
