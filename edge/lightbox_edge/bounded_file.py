"""Reading a file that nobody has vouched for yet: a plain one of a known size, or nothing of it."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def read_at_most(path: Path, most: int) -> bytes:
    """The bytes of a plain file.

    Raises:
        OSError: it cannot be read, is a folder, a pipe or a device, or has more than ``most`` bytes.
    """
    if not stat.S_ISREG(path.stat().st_mode):  # to open a pipe is to wait for who writes into it
        raise OSError(errno.EINVAL, "not a plain file", str(path))
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size > most:
            raise OSError(errno.EFBIG, f"larger than {most} bytes", str(path))
        content = file.read(most + 1)
    if len(content) > most:  # it grew
        raise OSError(errno.EFBIG, f"larger than {most} bytes", str(path))
    return content
