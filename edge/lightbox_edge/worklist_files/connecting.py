"""Connections to a worklist's file, plain or encrypted: private, write-ahead logged, synchronous."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from time import monotonic, sleep

from lightbox_edge.private_files import make_private_file, narrow
from lightbox_edge.worklist_files.beside import SIDES
from lightbox_edge.worklist_files.cipher import cipher_errors, connect_encrypted
from lightbox_edge.worklist_files.key import Key
from lightbox_edge.worklist_files.recognizing import is_encrypted, is_plain

MEMORY = ":memory:"


def open_file(path: str, key: Key | None, patience: float) -> sqlite3.Connection:
    """Open a worklist's file for writing; it is made if it is not there, for its owner alone to read.

    SQLite gives its side files the rights of the file itself. ``patience`` is how many seconds it waits
    for another process.
    """
    if path != MEMORY:
        make_private_file(Path(path))
        if is_plain(Path(path)) or is_encrypted(Path(path)):  # nothing else is ours to change
            for end in ("", *SIDES):
                narrow(Path(path + end))
    connection = connect(path, key, patience)
    try:
        _write_ahead(connection, patience)
        connection.execute("PRAGMA synchronous = FULL")
    except database_errors():
        connection.close()
        raise
    return connection


def connect(path: str, key: Key | None, patience: float, *, read_only: bool = False) -> sqlite3.Connection:
    """A bare connection; one that is ``read_only`` leaves even a write-ahead log as it is.

    It never makes a file: where a stick was pulled, an empty worklist would lie in its stead.
    """
    uri = path != MEMORY
    database = f"{Path(path).absolute().as_uri()}?mode={'ro' if read_only else 'rw'}" if uri else path
    if key is not None:
        return connect_encrypted(database, key.pragma, patience, uri=uri)
    return sqlite3.connect(database, timeout=patience, isolation_level=None, uri=uri)


def database_errors(*others: type[Exception]) -> tuple[type[Exception], ...]:
    """What connections raise, and others, for an ``except`` clause."""
    return (sqlite3.Error, *cipher_errors(), *others)


def _write_ahead(connection: sqlite3.Connection, patience: float) -> None:
    """Switch to the write-ahead log; SQLite does not wait for its lock here, so this does."""
    deadline = monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except database_errors() as error:
            if "locked" not in str(error) or monotonic() > deadline:
                raise
            sleep(0.02)
        else:
            return
