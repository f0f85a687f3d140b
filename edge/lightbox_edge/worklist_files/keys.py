"""The key of an encrypted worklist, derived from a passphrase as SQLCipher 4 does."""

from __future__ import annotations

import hashlib
import os
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from unicodedata import normalize

from lightbox_edge.errors import LightboxError
from lightbox_edge.worklist_files.beside import last_good
from lightbox_edge.worklist_files.connecting import connect, database_errors

_MAGIC = b"SQLite format 3\x00"
PAGE, _SALT = 4096, 16  # bytes; the first page begins with the salt
_ROUNDS = 256_000  # SQLCipher 4's own number, of PBKDF2-HMAC-SHA512


@dataclass(frozen=True, slots=True)
class Key:
    """The key of a file's pages and the salt that the file begins with; never written anywhere."""

    raw: bytes = field(repr=False)
    salt: bytes = field(repr=False)

    @classmethod
    def derive(cls, passphrase: str, salt: bytes | None = None) -> Key:
        """A passphrase's key, of a new salt if there is none yet; takes a fifth of a second on purpose."""
        salt = salt or os.urandom(_SALT)
        words = normalize("NFC", passphrase).encode()  # keyboards differ in how they write an accent
        return cls(hashlib.pbkdf2_hmac("sha512", words, salt, _ROUNDS, 32), salt)

    @property
    def pragma(self) -> str:
        """What SQLCipher takes without deriving anything again."""
        return f"x'{self.raw.hex()}{self.salt.hex()}'"


def is_encrypted(path: Path) -> bool:
    """Whether a file may be an encrypted worklist: it has no SQLite's beginning, and looks like noise.

    SQLCipher leaves no mark to know it by; noise does not compress, and zeros and texts do.
    """
    head = _head(path)
    return len(head) == PAGE and not head.startswith(_MAGIC) and len(zlib.compress(head)) >= PAGE


def needs_passphrase(path: Path) -> bool:
    """Whether a worklist cannot be opened without: it is encrypted, or damaged and its last good copy is."""
    return any(map(is_encrypted, _files(path)))


def key_for(path: Path, passphrase: str) -> Key:
    """The key of a worklist, or of its last good copy where the file's own beginning is damaged.

    Raises:
        LightboxError: it opens neither, or SQLCipher is not installed.
    """
    for file in filter(is_encrypted, _files(path)):
        key = Key.derive(passphrase, _head(file)[:_SALT])
        if _unlocks(file, key):
            return key
    raise LightboxError(f"This passphrase does not open {path}, and nothing else can: type it as it was set.")


def _files(path: Path) -> tuple[Path, ...]:
    return (path,) if _head(path).startswith(_MAGIC) else (path, last_good(path))


def _unlocks(file: Path, key: Key) -> bool:
    try:
        connection = connect(str(file), key, patience=0, read_only=True)
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        finally:
            connection.close()
    except database_errors() as error:
        return "not a database" not in str(error)  # whatever else is wrong, the passphrase is right
    return True


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(PAGE)
    except OSError:
        return b""
