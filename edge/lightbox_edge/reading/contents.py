"""The bytes of a source, once its first ones have shown that it may be a picture."""

from __future__ import annotations

import os
import stat

from lightbox_edge.errors import UnreadableImage
from lightbox_edge.reading.archives import kept_zip, read_member
from lightbox_edge.reading.kinds import HEAD_BYTES, kind_of
from lightbox_edge.reading.limits import DEFAULT_LIMITS, Limits
from lightbox_edge.reading.sources import Source


def read_bytes(source: Source, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """Return the whole file; a file that is no image is never read past its first KiB.

    Raises:
        NotAnImage: its first bytes are those of no picture.
        UnreadableImage: it is empty, gone, over ``limits.bytes``, damaged, or in a format that Lightbox
            does not read.
    """
    try:
        if source.members:
            return _from_zip(source, limits)
        return _from_disk(source, limits)
    except FileNotFoundError as error:
        if source.members:
            raise UnreadableImage("The zip is no longer there.") from error
        raise UnreadableImage("The file is no longer there.") from error
    except PermissionError as error:
        raise UnreadableImage("You have no permission to read the file.") from error
    except OSError as error:
        raise UnreadableImage("The disk reports an error: check its plug, or copy the file again.") from error
    except MemoryError as error:
        raise UnreadableImage("The file needs more memory than this computer has free.") from error


def _from_disk(source: Source, limits: Limits) -> bytes:
    if not stat.S_ISREG(os.stat(source.location).st_mode):  # noqa: PTH116  # a pipe would block for ever
        raise UnreadableImage("It is no file any more.")
    with open(source.location, "rb") as file:  # noqa: PTH123  # location is text
        head = file.read(HEAD_BYTES)
        kind_of(head)
        size = os.fstat(file.fileno()).st_size
        if size > limits.bytes:
            raise UnreadableImage(f"The file has {size} bytes and Lightbox reads up to {limits.bytes}.")
        return head + file.read(limits.bytes - len(head))


def _from_zip(source: Source, limits: Limits) -> bytes:
    archive = kept_zip(source.location, source.members[:-1], limits)
    kind_of(read_member(archive, source.members[-1], limits, HEAD_BYTES))
    return read_member(archive, source.members[-1], limits)
