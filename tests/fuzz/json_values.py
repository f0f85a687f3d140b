"""What a JSON document says that no parser of ours should have accepted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any


def faults(document: bytes) -> Iterator[str]:
    """Doubled keys and numbers that are none."""
    found: list[str] = []

    def pairs(members: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in members}) != len(members):
            found.append("a key is there twice")
        return dict(members)

    json.loads(
        document, object_pairs_hook=pairs, parse_constant=lambda name: found.append("a number is none")
    )
    yield from found
