"""Why a picture is not judged, or what was done to it: a stable code, and a sentence that says what helps."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Code = Literal[
    "low_resolution",
    "blank",
    "underexposed",
    "overexposed",
    "not_chest",
    "lateral",
    "cropped",
    "inverted",
    "inverted_corrected",
    "rotated_90",
    "rotated_180",
    "rotated_270",
    "mirrored",
    "child",
    "unsigned",
]

_CODE = re.compile(r"\(([a-z_0-9]+)\)\.$")


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason; ``words`` is a sentence without its full stop, for the code stands before that."""

    code: Code
    words: str

    def __str__(self) -> str:
        return f"{self.words} ({self.code})."


def codes(reasons: Iterable[str]) -> tuple[str, ...]:
    """The codes in a row's reasons; a sentence without one (a file that cannot be read) gives none."""
    return tuple(found[1] for sentence in reasons if (found := _CODE.search(sentence)))
