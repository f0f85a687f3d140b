"""From the paths of a command to the files to read, in an order that is the same on every machine."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lightbox_edge.errors import LightboxError, UnreadableImage
from lightbox_edge.printable import escaped
from lightbox_edge.reading.archives import is_document, is_encrypted, is_zip, names, open_zip, read_member
from lightbox_edge.reading.kinds import HEAD_BYTES
from lightbox_edge.reading.limits import DEFAULT_LIMITS, Limits


@dataclass(frozen=True, slots=True)
class Source:
    r"""A file that may hold a picture; small, and picklable for worker processes.

    Attributes:
        path: as shown: the argument that led here and the rest, with ``/``, also between a zip and its
            member: ``cd.zip/DICOM/IM1``. Always valid text on one line, undecodable bytes and control
            characters of a name as ``\xff``; only ``location`` and ``members`` lead to the file.
        location: absolute path on disk of the file, or of the outermost zip; links are kept.
        members: name inside the zip, inside the zip nested there, and so on; empty for a plain file.
        bytes: size of the file or member.
        modified_ns: modification time of ``location`` in nanoseconds since 1970.
    """

    path: str
    location: str
    members: tuple[str, ...]
    bytes: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A place that could not be looked into; ``reason`` is one sentence, the rest as in `Source`."""

    path: str
    location: str
    reason: str
    members: tuple[str, ...] = ()


def find_sources(
    paths: Sequence[str | os.PathLike[str]], limits: Limits = DEFAULT_LIMITS
) -> Iterator[Source | Refused]:
    """List the files under ``paths``, folders and zips followed, sorted by name within each.

    Memory stays flat: one folder's names at a time. Nothing is skipped by its name.

    Raises:
        LightboxError: a path does not exist; raised before anything is listed.
    """
    given = [os.fspath(path) for path in paths]
    for path in given:
        if not path or not os.path.lexists(path):
            raise LightboxError(f"{_shown(path) or 'An empty path'} does not exist: check the spelling.")
    places = [(_trimmed(path), os.path.abspath(path)) for path in given]  # noqa: PTH100  # keeps links
    return (found for path, location in places for found in _entry(path, location, (), limits))


def _trimmed(path: str) -> str:
    separators = os.sep + (os.altsep or "")
    return path.rstrip(separators) or ("" if path.strip(separators) == "" else path)


def _shown(path: str) -> str:
    return escaped(path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace"))


def _entry(
    path: str, location: str, above: tuple[tuple[int, int], ...], limits: Limits
) -> Iterator[Source | Refused]:
    """What is at one place on disk; ``above`` identifies the folders that lead to it."""
    try:
        found = os.stat(location)  # noqa: PTH116  # text in, text out
    except OSError as error:
        yield Refused(_shown(path), location, _why_not_found(location, error))
        return
    if stat.S_ISDIR(found.st_mode):
        yield from _folder(path, location, above, (found.st_dev, found.st_ino), limits)
    elif stat.S_ISREG(found.st_mode):
        yield from _file(path, location, found, limits)
    else:
        yield Refused(_shown(path), location, "It is a pipe, a socket or a device and no file.")


def _why_not_found(location: str, error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "You have no permission to look at it."
    if os.path.islink(location):  # noqa: PTH114  # as above
        return "It is a link to a place that does not exist, or to itself."
    return "It vanished while the folder was listed."


def _folder(
    path: str, location: str, above: tuple[tuple[int, int], ...], here: tuple[int, int], limits: Limits
) -> Iterator[Source | Refused]:
    if here in above:
        yield Refused(_shown(path), location, "It is a link back to a folder that it lies in.")
        return
    if len(above) >= limits.depth:
        yield Refused(_shown(path), location, f"It lies more than {limits.depth} folders deep.")
        return
    try:
        inside = sorted(os.listdir(location))  # noqa: PTH208  # names only
    except OSError:
        yield Refused(
            _shown(path), location, "The folder cannot be opened: check its permissions or its disk."
        )
        return
    for name in inside:
        yield from _entry(f"{path}/{name}", os.path.join(location, name), (*above, here), limits)  # noqa: PTH118  # text


def _file(path: str, location: str, found: os.stat_result, limits: Limits) -> Iterator[Source | Refused]:
    source = Source(_shown(path), location, (), found.st_size, found.st_mtime_ns)
    try:
        with open(location, "rb") as file:  # noqa: PTH123  # text
            if is_zip(file.read(HEAD_BYTES)):
                yield from _outermost(file, source, limits)
                return
    except OSError:
        yield Refused(_shown(path), location, "The file cannot be opened: check its permissions or its disk.")
        return
    yield source


def _outermost(file: io.BufferedReader, source: Source, limits: Limits) -> Iterator[Source | Refused]:
    for count, found in enumerate(_zip(file, source, limits), start=1):
        if count > limits.members:
            reason = f"The zip holds more than {limits.members} files: unpack it."
            yield Refused(source.path, source.location, reason)
            return
        yield found


def _zip(file: io.BufferedIOBase, source: Source, limits: Limits) -> Iterator[Source | Refused]:
    """The members of the zip ``source``, whose bytes are in ``file``."""
    if len(source.members) >= limits.nesting:
        reason = f"The zip lies inside {limits.nesting} others, which is as far as Lightbox looks: unpack it."
        yield Refused(source.path, source.location, reason, source.members)
        return
    try:
        archive = open_zip(file, limits)  # type: ignore[arg-type]  # zipfile takes any seekable binary file
    except UnreadableImage as error:
        yield Refused(source.path, source.location, str(error), source.members)
        return
    if is_document(archive):
        yield source
        return
    encrypted = False
    for info in names(archive):
        if is_encrypted(info):
            encrypted = True
        else:
            yield from _member(archive, info, source, limits)
    if encrypted:
        reason = "The zip holds encrypted files: unpack it with its password first."
        yield Refused(source.path, source.location, reason, source.members)


def _member(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, around: Source, limits: Limits
) -> Iterator[Source | Refused]:
    path = f"{around.path}/{_shown(info.filename)}"
    members = (*around.members, info.filename)
    source = Source(path, around.location, members, info.file_size, around.modified_ns)
    try:
        nested = is_zip(read_member(archive, info.filename, limits, HEAD_BYTES))
    except UnreadableImage:
        nested = False  # reading it says why, and a lost film keeps its row
    if not nested:
        yield source
        return
    try:
        data = read_member(archive, info.filename, limits) if len(members) < limits.nesting else b""
    except UnreadableImage as error:
        yield Refused(path, around.location, str(error), members)
        return
    yield from _zip(io.BytesIO(data), source, limits)
