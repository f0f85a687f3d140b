"""JSON that somebody else wrote, read so that it says one thing alone."""

from __future__ import annotations

import json
from collections import Counter
from typing import TypeVar

import msgspec

Record = TypeVar("Record")


def decode(content: bytes, kind: type[Record]) -> Record:
    """A record from its JSON; a key that is there twice is refused, for readers differ in which they take.

    Raises:
        ValueError: why it is none, in a few words.
    """
    try:
        record = msgspec.json.decode(content, type=kind)
        json.loads(content.decode(), object_pairs_hook=_once)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from error
    return record


def _once(members: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(members)
    if len(found) < len(members):
        ((twice, _),) = Counter(name for name, _ in members).most_common(1)
        raise ValueError(f"it has the key {twice!r} twice")
    return found
