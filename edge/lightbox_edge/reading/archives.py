"""Zips read as folders: opened once, checked before they are believed, never unpacked to disk."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from collections.abc import Iterator
from typing import IO, Final

from lightbox_edge.errors import UnreadableImage
from lightbox_edge.reading.limits import Limits

ZIP_SIGNATURE: Final = b"PK\x03\x04"
_DOCUMENTS: Final = frozenset(("[Content_Types].xml", "META-INF/MANIFEST.MF", "mimetype"))
_END: Final = b"PK\x05\x06"
_END64: Final = b"PK\x06\x06"
_TAIL_BYTES: Final = 22 + 65535 + 20 + 56
_ENTRY_BYTES: Final = 46 + 512
_ALWAYS_UNPACKED: Final = 64 << 20

_kept: tuple[tuple[object, ...], zipfile.ZipFile] | None = None


def is_zip(head: bytes) -> bool:
    """Whether a file that starts like this is a zip; a DICOM preamble may hold anything, so DICM wins."""
    return head.startswith(ZIP_SIGNATURE) and head[128:132] != b"DICM"


def is_document(archive: zipfile.ZipFile) -> bool:
    """Whether this zip is a text document, a spreadsheet or a Java program and no folder of pictures."""
    return not _DOCUMENTS.isdisjoint(archive.namelist())


def open_zip(file: IO[bytes], limits: Limits) -> zipfile.ZipFile:
    """Open a zip whose table of contents is no larger than ``limits.members`` entries can need.

    Raises:
        UnreadableImage: it is damaged or lists too many files.
    """
    try:
        if _table_bytes(file) > limits.members * _ENTRY_BYTES:
            raise UnreadableImage(f"The zip lists more than {limits.members} files: unpack it.")
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error, EOFError) as error:
        raise UnreadableImage("The zip is damaged: copy it again, or unpack it.") from error


def _table_bytes(file: IO[bytes]) -> int:
    """Size of the central directory as the zip's end declares it; `zipfile` reads that much at once."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _TAIL_BYTES))
    tail = file.read()
    end = tail.rfind(_END)
    if end < 0:
        raise zipfile.BadZipFile
    declared: int = struct.unpack_from("<I", tail, end + 12)[0]
    end64 = tail.rfind(_END64, 0, end)
    if end64 >= 0:
        declared = struct.unpack_from("<Q", tail, end64 + 40)[0]
    return min(declared, size)


def is_encrypted(info: zipfile.ZipInfo) -> bool:
    """Whether a password is needed, by bit 0 of the general purpose flag."""
    return bool(info.flag_bits & 1)


def _check_size(info: zipfile.ZipInfo, limits: Limits) -> None:
    """Refuse a member by what the table of contents says of it, before a byte is unpacked."""
    if info.file_size > limits.bytes:
        raise UnreadableImage(f"The file has {info.file_size} bytes and Lightbox reads up to {limits.bytes}.")
    packed = max(1, info.compress_size)
    if info.file_size > _ALWAYS_UNPACKED and info.file_size > packed * limits.expansion:
        raise UnreadableImage(
            f"The file would unpack to {info.file_size // packed} times its size, which no picture does."
        )


def read_member(archive: zipfile.ZipFile, name: str, limits: Limits, most: int = -1) -> bytes:
    """Return a member's bytes, or its first ``most`` whatever its size is.

    Raises:
        UnreadableImage: it is gone, damaged, encrypted, over a limit or packed in an unknown way.
    """
    try:
        info = archive.getinfo(name)
        if is_encrypted(info):
            raise UnreadableImage("The file is encrypted: unpack the zip with its password first.")
        if most < 0:
            _check_size(info, limits)
        with archive.open(info) as file:
            data = file.read(limits.bytes + 1 if most < 0 else most)
    except UnreadableImage:
        raise
    except KeyError as error:
        raise UnreadableImage("The file is no longer in its zip.") from error
    except NotImplementedError as error:
        raise UnreadableImage(
            "The file is packed in a way that Lightbox cannot read: unpack the zip."
        ) from error
    except MemoryError as error:
        raise UnreadableImage("The file needs more memory than this computer has free.") from error
    except Exception as error:  # zlib, lzma, bz2, struct, zipfile and the disk each have their own
        raise UnreadableImage("The file is damaged inside its zip: copy the zip again.") from error
    if most < 0 and len(data) > limits.bytes:
        raise UnreadableImage(f"The file unpacks to more than {limits.bytes} bytes.")
    return data


def names(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    """The files of a zip, sorted by name; of two members with one name the last, which a reader gets."""
    every = {info.filename for info in archive.infolist()}
    for name in sorted(
        name for name in every if not name.endswith("/")
    ):  # a name may be empty, a trap of is_dir
        yield archive.getinfo(name)


def kept_zip(location: str, inside: tuple[str, ...], limits: Limits) -> zipfile.ZipFile:
    """The zip at ``location``, or the one nested in it at ``inside``; the last one stays open.

    A list of films from a zip is read in order, so one is enough: without it each film would cost a
    pass over the table of contents. A zip that was replaced is opened anew, and a forked process never
    shares its parent's file position.

    Raises:
        UnreadableImage: the zip is damaged.
        OSError: it cannot be opened.
    """
    global _kept
    found = os.stat(location)  # noqa: PTH116  # location is text and stays text
    key = (os.getpid(), location, inside, found.st_mtime_ns, found.st_size)
    kept = _kept
    if kept is not None and kept[0] == key:
        return kept[1]
    archive = open_zip(open(location, "rb"), limits)  # noqa: SIM115, PTH123  # lives as long as the zip
    for name in inside:
        archive = open_zip(io.BytesIO(read_member(archive, name, limits)), limits)
    _kept = (key, archive)
    return archive
