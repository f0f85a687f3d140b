"""A worklist encrypted or decrypted: a new file beside it, compared row by row, then put in its place."""

from __future__ import annotations

import os
import shutil
from contextlib import closing, suppress
from hashlib import sha256
from pathlib import Path
from sqlite3 import Connection

from lightbox_edge.durable import flush_folder
from lightbox_edge.errors import LightboxError
from lightbox_edge.private_files import make_private_file
from lightbox_edge.worklist_files.beside import (
    SIDES,
    before_encryption,
    belongings,
    last_good,
    leftovers,
    referrals_of,
    set_aside,
    workplace_of,
)
from lightbox_edge.worklist_files.cipher import connect_encrypted
from lightbox_edge.worklist_files.connecting import database_errors
from lightbox_edge.worklist_files.holding import refuse_if_held
from lightbox_edge.worklist_files.keeping import keep_copy
from lightbox_edge.worklist_files.key import Key
from lightbox_edge.worklist_files.recognizing import is_encrypted, is_plain
from lightbox_edge.worklist_files.wiping import wipe

_PLAIN = ""  # SQLCipher's key of a file that is not encrypted
_PATIENCE = 5  # seconds


def encrypt(path: Path, passphrase: str) -> list[Path]:
    """Encrypt a worklist and its last good copy; what was plain is overwritten.

    Called again after a power cut it overwrites what is left. Returns what stays plain, see `plain_beside`.

    Raises:
        LightboxError: another program has it open, it is damaged, the disk is full, or SQLCipher is not
            installed; the worklist is then as it was.
    """
    refuse_if_held(path)
    if not is_encrypted(path):
        key = Key.derive(passphrase)
        _convert(path, _PLAIN, key.pragma)
        wipe(last_good(path))
        keep_copy(path, key)
    elif is_plain(last_good(path)):  # a power cut came before its turn
        wipe(last_good(path))
    for one in leftovers(path):
        wipe(one)
    shutil.rmtree(workplace_of(path), ignore_errors=True)
    wipe(before_encryption(path))  # the last: as long as it is there, a plain copy is no sign of damage
    return plain_beside(path)


def plain_beside(path: Path) -> list[Path]:
    """What belongs to an encrypted worklist and is not encrypted: files, and the folder of its referrals.

    What was set aside is nobody's to remove, and without the referrals no answer can be taken in.
    """
    files = [one for one in _beside(path) if not is_encrypted(one)]
    return [*files, *(one for one in [referrals_of(path)] if one.is_dir())]


def _beside(path: Path) -> list[Path]:
    """Its belongings but for itself, its last good copy, and what is in folders."""
    ours = {path, last_good(path), *(path.with_name(path.name + end) for end in SIDES)}
    return [one for one in belongings(path) if one not in ours and one.parent == path.parent]


def decrypt(path: Path, key: Key) -> list[Path]:
    """Take the passphrase from a worklist and its last good copy; what it raises is as for `encrypt`.

    Returns the files beside it that keep theirs.
    """
    refuse_if_held(path)
    _convert(path, key.pragma, _PLAIN)
    wipe(before_encryption(path))
    wipe(last_good(path))
    keep_copy(path, None)
    return [one for one in _beside(path) if is_encrypted(one)]


def _convert(path: Path, old: str, new: str) -> None:
    fresh = set_aside(path, ".new-")
    make_private_file(fresh)
    try:
        with closing(connect_encrypted(str(path), old, _PATIENCE)) as source:
            _export(source, fresh, new)
            if not _same(source, fresh, new):
                raise LightboxError(f"The new file of {path} is not the same as it: look at the disk.")
        with fresh.open("r+b") as file:
            os.fsync(file.fileno())
        _replace(path, fresh)
    except database_errors(OSError) as error:
        raise LightboxError(f"The worklist {path} cannot be converted ({error}): it is as it was.") from error
    finally:
        fresh.unlink(missing_ok=True)


def _export(source: Connection, fresh: Path, key: str) -> None:
    """All that is in the file, with its row numbers; the version is no part of SQLCipher's export."""
    version = source.execute("PRAGMA user_version").fetchone()[0]
    source.execute(f'ATTACH ? AS fresh KEY "{key}"', (str(fresh),))
    source.execute("SELECT sqlcipher_export('fresh')")
    source.execute(f"PRAGMA fresh.user_version = {version}")
    source.execute("DETACH fresh")


def _same(source: Connection, fresh: Path, key: str) -> bool:
    """Whether the new file is sound and has the same tables with the same rows under the same numbers."""
    with closing(connect_encrypted(str(fresh), key, _PATIENCE)) as made:
        sound = made.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
        made.execute("PRAGMA journal_mode = WAL")  # or its first opening would write, and seem unclean
        return sound and _digest(source) == _digest(made)


def _digest(connection: Connection) -> str:
    digest = sha256(repr(connection.execute("PRAGMA user_version").fetchone()).encode())
    parts = connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name").fetchall()
    for part in parts:
        digest.update(repr(part).encode())
        if part[0] == "table":
            for row in connection.execute(f"SELECT rowid, * FROM {part[1]} ORDER BY rowid"):  # noqa: S608  # ours
                digest.update(repr(row).encode())
    return digest.hexdigest()


def _replace(path: Path, fresh: Path) -> None:
    """Put the new file in the old one's place, which keeps a name until it is overwritten."""
    old = before_encryption(path)
    try:
        os.link(path, old)
    except OSError:  # FAT knows no second name: a power cut just here leaves the last good copy
        path.replace(old)
    fresh.replace(path)
    with suppress(OSError):
        flush_folder(path.parent)
