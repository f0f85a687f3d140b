"""An installed place: its versions, the file that names the one in use, and what is cleared away."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lightbox_edge.bounded_file import read_at_most
from lightbox_edge.durable import flush_folder, write_durably
from lightbox_edge.errors import LightboxError
from lightbox_edge.home import CURRENT, VERSIONS
from lightbox_edge.kit.launchers import LAUNCHERS
from lightbox_edge.kit.layout import EXECUTABLE
from lightbox_edge.kit.record import is_version, order

# Names in versions/ that are no versions: what comes in or goes out, and what a cut left of it.
_COMING, _GOING = ".coming-", ".going-"
_NAME_BYTES = 64


def make_place(place: Path) -> None:
    """Make the folder of a place, or take the one that is there.

    Raises:
        LightboxError: it holds other things, or cannot be written.
    """
    with writing(place):
        place.mkdir(parents=True, exist_ok=True)
        if not (place / VERSIONS).is_dir() and any(place.iterdir()):
            raise LightboxError(f"{place} is not empty and holds no Lightbox: name another folder.")
        (place / VERSIONS).mkdir(exist_ok=True)
        flush_folder(place)
        flush_folder(place.parent)


def current_version(place: Path) -> str | None:
    """The version in use; None where nothing is installed.

    Raises:
        LightboxError: the file that names it is damaged.
    """
    path = place / CURRENT
    try:
        named = read_at_most(path, _NAME_BYTES).decode("ascii", "replace").strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise LightboxError(f"{path} cannot be read ({error.strerror}): use another disk.") from error
    if not is_version(named):
        raise LightboxError(f"{path} names no version: delete it and run kit install again.")
    return named


def installed_versions(place: Path) -> list[str]:
    """The versions that lie there, the oldest first; what else lies among them is not touched."""
    names = [folder.name for folder in (place / VERSIONS).glob("*")]
    return sorted(filter(is_version, names), key=order)


def switch(place: Path, version: str) -> None:
    """From now on that version is in use: one file is replaced."""
    write_durably(place / CURRENT, f"{version}\n".encode(), 0o644)


def write_launchers(place: Path) -> None:
    """Write the start files, unless they are there as they should be."""
    for name, content in LAUNCHERS.items():
        path = place / name
        if not path.is_file() or path.read_bytes() != content:
            write_durably(path, content, 0o755 if name in EXECUTABLE else 0o644)


def coming_folder(place: Path) -> Path:
    """A name for a kit that is not whole yet; another run's is never the same."""
    return place / VERSIONS / f"{_COMING}{secrets.token_hex(4)}"


def bring_in(place: Path, coming: Path, version: str) -> None:
    """Give a whole kit the name of its version; what had that name is set aside."""
    _set_aside(place, version)
    coming.rename(place / VERSIONS / version)
    flush_folder(place / VERSIONS)


def keep_only(place: Path, versions: Collection[str]) -> None:
    """Remove all other versions; what cannot be removed, such as a program that runs, goes the next time."""
    for version in installed_versions(place):
        if version not in versions:
            with suppress(OSError):
                _set_aside(place, version)
    clear_leftovers(place)


def clear_leftovers(place: Path) -> None:
    """Remove what was set aside, and what killed runs left half copied or half written."""
    for folder in (place / VERSIONS).glob(".*"):
        if folder.name.startswith((_COMING, _GOING)):
            shutil.rmtree(folder, ignore_errors=True)
    for name in (CURRENT, *LAUNCHERS):
        for file in place.glob(f".{name}.*"):
            with suppress(OSError):
                file.unlink()


@contextmanager
def writing(place: Path) -> Iterator[None]:
    """What the disk refuses as one sentence."""
    try:
        yield
    except OSError as error:
        where = error.filename or place
        raise LightboxError(
            f"{where} cannot be written ({error.strerror}): what was installed before is as it was."
        ) from error


def _set_aside(place: Path, version: str) -> None:
    """Renamed before it is removed, so that a version that is there is always whole."""
    folder = place / VERSIONS / version
    if folder.exists():
        folder.rename(folder.with_name(f"{_GOING}{secrets.token_hex(4)}"))
