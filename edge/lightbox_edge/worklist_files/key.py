"""The key of an encrypted worklist, derived from a passphrase as SQLCipher 4 does."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from unicodedata import normalize

SALT = 16  # bytes, with which the first page begins
_ROUNDS = 256_000  # SQLCipher 4's own number, of PBKDF2-HMAC-SHA512


@dataclass(frozen=True, slots=True)
class Key:
    """The key of a file's pages and the salt that the file begins with; never written anywhere."""

    raw: bytes = field(repr=False)
    salt: bytes = field(repr=False)

    @classmethod
    def derive(cls, passphrase: str, salt: bytes | None = None) -> Key:
        """A passphrase's key, of a new salt if there is none yet; takes a fifth of a second on purpose."""
        salt = salt or os.urandom(SALT)
        words = normalize("NFC", passphrase).encode()  # keyboards differ in how they write an accent
        return cls(hashlib.pbkdf2_hmac("sha512", words, salt, _ROUNDS, 32), salt)

    @property
    def pragma(self) -> str:
        """What SQLCipher takes without deriving anything again."""
        return f"x'{self.raw.hex()}{self.salt.hex()}'"
