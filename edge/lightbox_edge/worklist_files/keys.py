"""Which key a worklist wants: whether it needs a passphrase, and the one that opens it."""

from __future__ import annotations

from pathlib import Path

from lightbox_edge.errors import LightboxError
from lightbox_edge.worklist_files.beside import before_encryption, last_good
from lightbox_edge.worklist_files.connecting import connect, database_errors
from lightbox_edge.worklist_files.key import SALT, Key
from lightbox_edge.worklist_files.recognizing import head, is_encrypted, is_plain


def needs_passphrase(path: Path) -> bool:
    """Whether a worklist cannot be opened without: it is encrypted, or damaged and its last good copy is."""
    return any(map(is_encrypted, _files(path)))


def key_for(path: Path, passphrase: str) -> Key:
    """The key of a worklist, or of its last good copy where the file's own beginning is damaged.

    Raises:
        LightboxError: it opens neither, or SQLCipher is not installed.
    """
    for file in filter(is_encrypted, _files(path)):
        key = Key.derive(passphrase, head(file)[:SALT])
        if _unlocks(file, key):
            return key
    raise LightboxError(f"This passphrase does not open {path}, and nothing else can: type it as it was set.")


def _files(path: Path) -> tuple[Path, ...]:
    """Those that may be encrypted; noise beside a plain copy is damage, if no encrypting was cut off."""
    copy = last_good(path)
    if is_plain(copy) and not before_encryption(path).exists():
        return ()
    return (path,) if is_plain(path) else (path, copy)


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
