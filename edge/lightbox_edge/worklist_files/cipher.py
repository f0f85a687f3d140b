"""SQLCipher: a worklist of which every page is encrypted (AES-256) and authenticated (HMAC-SHA512)."""

from __future__ import annotations

import sys
from sqlite3 import Connection
from typing import cast

from lightbox_edge.errors import LightboxError

_LIBRARY = "sqlcipher3.dbapi2"


def connect_encrypted(database: str, pragma: str, patience: float, *, uri: bool = False) -> Connection:
    """A connection whose file has this key, as ``PRAGMA key`` takes it, or none; the key is not tried.

    Its class is not that of `sqlite3`, but has all that is used of it; its errors are those of
    `cipher_errors`.

    Raises:
        LightboxError: the extra is not installed.
    """
    try:
        from sqlcipher3 import dbapi2
    except ModuleNotFoundError as error:
        raise LightboxError(
            "An encrypted worklist needs SQLCipher: pip install 'lightbox-triage[encryption]'."
        ) from error
    connection = dbapi2.connect(database, timeout=patience, isolation_level=None, uri=uri)
    connection.execute("PRAGMA cipher_log_level = NONE")  # what goes wrong is raised; it would print it too
    if pragma:
        connection.execute(f'PRAGMA key = "{pragma}"')
    return cast(Connection, connection)


def cipher_errors() -> tuple[type[Exception], ...]:
    """What such a connection raises; nothing where none was ever made."""
    library = sys.modules.get(_LIBRARY)
    return (library.Error,) if library else ()
