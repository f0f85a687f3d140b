"""Files overwritten before they are removed.

That reaches the blocks of a disk that writes in place. An SSD, a card or a stick writes elsewhere and keeps
the old cells for a while, and a journal or a snapshot of the file system may too: see docs/privacy.md.
"""

from __future__ import annotations

import os
from pathlib import Path

from lightbox_edge.durable import flush_folder
from lightbox_edge.errors import LightboxError

_CHUNK = 1 << 20  # bytes


def wipe(path: Path) -> None:
    """Overwrite a file with zeros, flush that to the disk, remove it; one that is not there is no error.

    Raises:
        LightboxError: it cannot be overwritten or removed.
    """
    try:
        with path.open("r+b") as file:
            left = os.fstat(file.fileno()).st_size
            while left:
                left -= file.write(bytes(min(_CHUNK, left)))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        flush_folder(path.parent)
    except FileNotFoundError:
        return
    except OSError as error:
        raise LightboxError(f"{path} cannot be erased: {error.strerror}.") from error
