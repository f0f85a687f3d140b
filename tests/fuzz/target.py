"""What a target of the fuzz is, and what is said when one fails."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random

Mutate = Callable[[bytes, Random], bytes]


class WrongValue(AssertionError):
    """A parser accepted what means nothing: NaN, a negative size, a name that no screen can show."""


@dataclass(frozen=True, slots=True)
class Target:
    """A parser with files to begin from.

    Attributes:
        read: gives the bytes to the house's own function. It yields the sentences that are said of them,
            raises `WrongValue` for what should not have been accepted, and lets everything else through.
        corpus: whole files; called once, before any worker starts.
        mutate: changes a file by its structure; bytes are changed whatever the structure is.
        seconds: of CPU that one input may take.
        megabytes: by which one input may raise the peak of the worker's memory.
    """

    name: str
    read: Callable[[bytes], Iterable[str]]
    corpus: Callable[[], Sequence[bytes]]
    mutate: Mutate
    seconds: float = 5.0
    megabytes: int = 256


@dataclass(frozen=True, slots=True)
class Failure:
    """One way in which a target failed; ``kind`` and ``where`` together are one bug."""

    kind: str  # exception, sentence, value, touched, seconds, memory, crash, hang
    where: str
    detail: str
