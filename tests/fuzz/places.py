"""Where the fuzz reads and writes, and a watch on every file that is opened elsewhere."""

from __future__ import annotations

import os
import sys
import tempfile
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
_PREFIX = "lightbox-fuzz-"
_MEMORY = Path("/dev/shm")  # noqa: S108  # where there is one, no input costs the disk anything

_touched: list[str] = []


@cache
def _scratch(process: int) -> Path:
    del process  # workers are forked, and each must have a folder of its own
    return Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_MEMORY if _MEMORY.is_dir() else None))


def scratch() -> Path:
    """The folder of this process."""
    return _scratch(os.getpid())


def put(name: str, content: bytes) -> Path:
    """Write a file into `scratch`."""
    place = scratch() / name
    place.write_bytes(content)
    return place


def touched() -> list[str]:
    """What was opened outside of the allowed places since the last call."""
    found = [*_touched]
    _touched.clear()
    return found


def watch() -> None:
    """Note every file that Python opens where an input has no business; for a process that ends soon."""
    readable = {
        sys.prefix,
        sys.base_prefix,
        str(ROOT),
        "/usr",
        "/lib",
        "/proc",
        "/sys",
        "/etc/localtime",
        "/etc/os-release",
    }
    readable |= {str(scratch().parent / _PREFIX)}  # what the process before the fork made
    allowed_at = {
        False: (*readable, os.devnull, tempfile.gettempdir()),
        True: (str(scratch()), tempfile.gettempdir(), os.devnull),
    }

    def hook(event: str, details: tuple[object, ...]) -> None:
        if event != "open" or not isinstance(details[0], str | bytes):
            return
        path = os.path.abspath(os.fsdecode(details[0]))  # noqa: PTH100  # keeps links
        flags = details[2] if isinstance(details[2], int) else 0
        if not path.startswith(allowed_at[bool(flags & (os.O_WRONLY | os.O_RDWR))]):
            _touched.append(path)

    sys.addaudithook(hook)
