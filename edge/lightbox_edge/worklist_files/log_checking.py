"""Whether a write-ahead log that was left behind is whole: SQLite itself drops what follows a damaged frame.

After a power cut the last transaction may be there in parts, and nobody was told of it: that is no damage. A
damaged frame with a later transaction behind it is, for each is on the disk before the next one begins.
https://www.sqlite.org/fileformat2.html#the_write_ahead_log
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_MAGIC = 0x377F0682  # its lowest bit says that checksums are of big-endian words
_HEADER, _FRAME_HEADER = struct.Struct(">8I"), struct.Struct(">6I")
_MOST_BYTES = 256 << 20  # such a log has not been put away for days, and is read whole here

Sum = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Frame:
    is_whole: bool
    commits: bool


def damaged_frame(log: Path) -> int | None:
    """The number, from 1, of the first damaged frame that committed ones follow; None where there is none.

    Raises:
        OSError: the log cannot be read.
    """
    if not log.exists() or not _HEADER.size < log.stat().st_size <= _MOST_BYTES:
        return None
    frames = list(_frames(log.read_bytes()))
    damaged = next((place for place, frame in enumerate(frames) if not frame.is_whole), None)
    if damaged is None:
        return None
    later = sum(frame.is_whole and frame.commits for frame in frames[damaged + 1 :])
    # The first commit behind it may be that of its own transaction.
    return damaged + 1 if later > (not frames[damaged].commits) else None


def _frames(content: bytes) -> Iterator[_Frame]:
    """Each frame, held against the checksum that stands in the one before it."""
    magic, _, page, _, *rest = _HEADER.unpack_from(content)
    if magic & ~1 != _MAGIC:
        return
    salts, before = (rest[0], rest[1]), (rest[2], rest[3])
    order = ">" if magic & 1 else "<"
    for start in range(_HEADER.size, len(content) - _FRAME_HEADER.size - page + 1, _FRAME_HEADER.size + page):
        _, pages, *salted, first, second = _FRAME_HEADER.unpack_from(content, start)
        data = content[start + _FRAME_HEADER.size : start + _FRAME_HEADER.size + page]
        made = _checksum(content[start : start + 8] + data, before, order) if (*salted,) == salts else None
        before = (first, second)
        yield _Frame(made == before, pages > 0)


def _checksum(content: bytes, before: Sum, order: str) -> Sum:
    first, second = before
    words = struct.unpack(f"{order}{len(content) // 4}I", content)
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return first, second
