"""What a merge came to, for people and as JSON."""

from __future__ import annotations

import msgspec


class Origin(msgspec.Struct, frozen=True):
    """One worklist that went in: its films by content, the entries of its log and the head of that."""

    path: str
    films: int
    entries: int
    head: str


class Said(msgspec.Struct, frozen=True):
    """One reader's decision, as it stands; ``at`` is ISO 8601 in UTC, by the clock of that laptop."""

    reader: str
    kind: str
    words: str
    at: str


class Disputed(msgspec.Struct, frozen=True):
    """A film that an arbiter must decide on; ``path`` is the first of its copies, empty where no row is."""

    path: str
    sha256: str
    frame: int
    decisions: tuple[Said, ...]


class Merged(msgspec.Struct, frozen=True):
    """The merged worklist.

    ``shared`` films were in more than one origin, at ``crowded`` places they had different films.
    ``passphrase_of`` is the origin whose passphrase opens it, None where it is not encrypted; ``plain`` is
    what belongs to an encrypted one and is not itself. ``namesakes`` are readers of one name with different
    PINs, who were kept apart.
    """

    path: str
    passphrase_of: str | None
    plain: tuple[str, ...]
    origins: tuple[Origin, ...]
    films: int
    shared: int
    crowded: int
    entries: int
    head: str
    namesakes: tuple[str, ...]
    disputed: tuple[Disputed, ...]
