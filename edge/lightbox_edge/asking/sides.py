"""The side of the patient that words name: it limits where on the film is looked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

Side = Literal["left", "right"]

_NAMED = re.compile(r"\b(left|right)\b", re.IGNORECASE)
_BEFORE = r"(?:\b(?:on|in|at|of|to)\s+)?(?:\b(?:the|his|her)\s+)?(?:\bpatient'?s\s+)?"
_PHRASES = tuple(
    re.compile(rf"{_BEFORE}\b(?:left|right)\b{after}", re.IGNORECASE)
    for after in (r"(?:[- ]sided|\s+(?:side|lung|hemithorax))?", "")
)


def side_of(words: str) -> Side | None:
    """The one side that words name, the patient's; None where they name none, or both."""
    named = {one.casefold() for one in _NAMED.findall(words)}
    if len(named) != 1:
        return None
    return "left" if named == {"left"} else "right"


def without_side(words: str) -> Iterator[str]:
    """What is left of the words without their side, in each way that they can be read."""
    for phrase in _PHRASES:
        yield " ".join(phrase.sub(" ", words).split()).strip(" ,")
