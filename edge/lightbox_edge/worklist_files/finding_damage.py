"""What is wrong with a worklist: the file, its write-ahead log, or that it is not what its copy says."""

from __future__ import annotations

from pathlib import Path

from lightbox_edge.errors import LightboxError
from lightbox_edge.worklist_files.beside import SIDES, last_good
from lightbox_edge.worklist_files.checking import Contents, Damage, examine
from lightbox_edge.worklist_files.connecting import database_errors
from lightbox_edge.worklist_files.keeping import has_log
from lightbox_edge.worklist_files.key import Key
from lightbox_edge.worklist_files.log_checking import damaged_frame
from lightbox_edge.worklist_files.recognizing import PAGE

_CHUNK = 1 << 20  # bytes


def find_damage(path: Path, key: Key | None, *, thoroughly: bool) -> Damage | None:
    """What is wrong with a worklist's file, looked at twice: SQLite tells a read error of the disk as damage.

    Raises:
        LightboxError: the disk does not give it.
    """
    damage = _damage(path, key, thoroughly=thoroughly)
    if damage is None or not path.is_file():
        return damage
    _read_through(path)
    return _damage(path, key, thoroughly=thoroughly)


def _damage(path: Path, key: Key | None, *, thoroughly: bool) -> Damage | None:
    if not path.is_file():
        return Damage("it is gone")
    if not path.stat().st_size:
        return Damage("it is empty")
    if path.stat().st_size % PAGE and not has_log(path):  # SQLite would read zeros there
        return Damage("it is cut short")
    try:
        if thoroughly and (frame := damaged_frame(path.with_name(f"{path.name}-wal"))):
            return Damage(f"frame {frame} of its write-ahead log is not what was written")
        found = examine(path, key, thoroughly=thoroughly)
    except OSError:
        return None  # on a disk that does not give it: who opens it says that better
    except database_errors():
        return None  # the same, or held
    if isinstance(found, Damage):
        return found
    copy = examine_if_given(last_good(path), key, thoroughly=False) if last_good(path).is_file() else None
    if isinstance(copy, Contents) and copy.tables - found.tables:
        return Damage(f"without its table {min(copy.tables - found.tables)}")
    if isinstance(copy, Contents) and _has_wrong_version(found, copy):
        return Damage(f"its version is {found.version}, and its tables are those of version {copy.version}")
    return None


def _has_wrong_version(found: Contents, copy: Contents) -> bool:
    """Whether a file says a version that its tables are not of; a newer Lightbox makes others."""
    # Imported here: a worklist is opened with this very package.
    from lightbox_edge.worklist_tables import newest_version

    return found.version != copy.version == newest_version() and found.schema == copy.schema


def _read_through(path: Path) -> None:
    """Read every byte of a file and of what lies beside it.

    Raises:
        LightboxError: the disk does not give them; whether they are damaged cannot be known then.
    """
    try:
        for side in filter(Path.exists, (path.with_name(path.name + end) for end in ("", *SIDES))):
            with side.open("rb") as file:
                while file.read(_CHUNK):
                    pass
    except OSError as error:
        raise LightboxError(
            f"The disk does not give the worklist {path} ({error.strerror}): nothing was changed; copy it to "
            "another disk, or try again."
        ) from error


def examine_if_given(path: Path, key: Key | None, *, thoroughly: bool = True) -> Contents | Damage | None:
    """What a file holds; None where it is held, or the disk does not give it."""
    try:
        return examine(path, key, thoroughly=thoroughly)
    except database_errors():
        return None
