"""Changes to bytes that know nothing of what they mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

LARGEST = 1 << 17  # bytes of an input
_BYTES = (0, 1, 0x1B, 0x20, 0x7F, 0x80, 0xFF)
_NUMBERS = (
    0,
    1,
    2,
    0x7F,
    0x80,
    0xFF,
    0x100,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFE,
    0xFFFFFFFF,
)


def changed(data: bytes, choose: Random) -> bytes:
    """One to a few changes; few are the rule, for most parsers stop at the first."""
    for _ in range(choose.choice((1, 1, 1, 2, 3, 6))):
        data = choose.choice(_CHANGES)(data, choose)
    return data[:LARGEST]


def spliced(data: bytes, other: bytes, choose: Random) -> bytes:
    """The head of one file and the tail of another."""
    return data[: choose.randint(0, len(data))] + other[choose.randint(0, len(other)) :]


def number(choose: Random, size: int) -> int:
    """A number of ``size`` bytes that programs stumble over, or any."""
    most = (1 << 8 * size) - 1
    return choose.choice(
        (*(one for one in _NUMBERS if one <= most), most, most >> 1, choose.randint(0, most))
    )


def _flip(data: bytes, choose: Random) -> bytes:
    if not data:
        return data
    place = choose.randrange(len(data))
    return data[:place] + bytes((data[place] ^ 1 << choose.randrange(8),)) + data[place + 1 :]


def _byte(data: bytes, choose: Random) -> bytes:
    place = choose.randint(0, len(data))
    return data[:place] + bytes((choose.choice((*_BYTES, choose.randrange(256))),)) + data[place + 1 :]


def _number(data: bytes, choose: Random) -> bytes:
    size = choose.choice((2, 4, 8))
    place = choose.randint(0, len(data))
    written = number(choose, size).to_bytes(size, choose.choice(("little", "big")))
    return data[:place] + written + data[place + size :]


def _cut(data: bytes, choose: Random) -> bytes:
    return data[: choose.randint(0, len(data))]


def _leave_out(data: bytes, choose: Random) -> bytes:
    first, last = _part(data, choose)
    return data[:first] + data[last:]


def _repeat(data: bytes, choose: Random) -> bytes:
    first, last = _part(data, choose)
    return data[:last] + data[first:last] * choose.choice((1, 1, 2, 40)) + data[last:]


def _move(data: bytes, choose: Random) -> bytes:
    first, last = _part(data, choose)
    rest = data[:first] + data[last:]
    place = choose.randint(0, len(rest))
    return rest[:place] + data[first:last] + rest[place:]


def _part(data: bytes, choose: Random) -> tuple[int, int]:
    first = choose.randint(0, len(data))
    return first, min(len(data), first + choose.choice((1, 2, 4, 16, 64, 512)))


_CHANGES: Sequence[Callable[[bytes, Random], bytes]] = (
    _flip, _flip, _byte, _byte, _number, _number, _cut, _leave_out, _repeat, _move,
)  # fmt: skip
