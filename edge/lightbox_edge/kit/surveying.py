"""What lies in a kit's folder: names, kinds and sizes, before anything is read."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lightbox_edge.bundle import BUNDLES
from lightbox_edge.home import KEYS
from lightbox_edge.printable import printable
from lightbox_edge.site_calibration import SUFFIX
from lightbox_edge.trust.key_folder import ENDING

MOST_BYTES = (4 << 30) - 1  # of a file: what FAT32 can hold
_OWN = re.compile(rf"{KEYS}/[^/]+{re.escape(ENDING)}|{BUNDLES}/[^/]+{re.escape(SUFFIX)}")

# What systems put on the top of a drive, which may be a kit: no part of it and never copied from it.
_OF_THE_DRIVE = frozenset(
    {"System Volume Information", "$RECYCLE.BIN", ".Trashes", ".Spotlight-V100", ".fseventsd", "lost+found"}
)


@dataclass(frozen=True, slots=True)
class Survey:
    """The files of a kit's folder by their paths with ``/``.

    Attributes:
        sizes: of each regular file, in bytes.
        own: the user's own files, which are never sealed: public keys in ``keys/``, and the site calibration
            beside the bundle.
        problems: a sentence for each thing that a kit never holds.
    """

    sizes: dict[str, int]
    own: tuple[str, ...]
    problems: tuple[str, ...]


def survey(kit: Path) -> Survey:
    """List a kit's folder; no link is followed."""
    sizes: dict[str, int] = {}
    own, problems = [], []
    for path, found in _walk(kit):
        if isinstance(found, OSError):
            problems.append(f"{printable(path)} cannot be read ({found.strerror}).")
        elif not stat.S_ISREG(found.st_mode) or _is_link(found):
            problems.append(f"{printable(path)} is a link or no plain file, which a kit never holds.")
        elif found.st_size > MOST_BYTES:
            problems.append(f"{printable(path)} has {found.st_size} bytes, which no file of a kit has.")
        elif _OWN.fullmatch(path):
            own.append(path)
        else:
            sizes[path] = found.st_size
    return Survey(sizes, tuple(sorted(own)), tuple(sorted(problems)))


def _walk(kit: Path) -> Iterator[tuple[str, os.stat_result | OSError]]:
    """Everything but plain folders, each with its own status or with why there is none."""
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            names = os.listdir(kit / folder)  # noqa: PTH208  # names are what is asked for
        except OSError as error:
            yield folder or ".", error
            continue
        for name in names:
            path = f"{folder}/{name}" if folder else name
            if path in _OF_THE_DRIVE or path.startswith(".Trash-"):
                continue
            try:
                status = os.lstat(kit / path)
            except OSError as error:
                yield path, error
                continue
            if stat.S_ISDIR(status.st_mode) and not _is_link(status):
                folders.append(path)
            else:
                yield path, status


def _is_link(status: os.stat_result) -> bool:
    """Symbolic links, and on Windows every other kind of reparse point, such as a junction."""
    attributes = getattr(status, "st_file_attributes", 0)
    return stat.S_ISLNK(status.st_mode) or bool(attributes & stat.FILE_ATTRIBUTE_REPARSE_POINT)
