"""Films that lie on their side or on their head, or are mirrored."""

from __future__ import annotations

from typing import Final

from lightbox_edge.input_checks.reason import Code, Reason
from lightbox_edge.input_checks.seen import Seen

_TURNS: Final[dict[int, tuple[Code, str]]] = {
    1: ("rotated_90", "It is turned to the left by a quarter; turn it a quarter to the right"),
    2: ("rotated_180", "It is upside down; turn it by a half"),
    3: ("rotated_270", "It is turned to the right by a quarter; turn it a quarter to the left"),
}


def check(seen: Seen) -> Reason | None:
    """Refuse what looks turned, and what its header says to show the patient's right side on the right.

    A mirrored film is not found by its looks: the side of the heart is too weak a sign, see docs/checks.md.
    """
    if seen.quarters:
        code, words = _TURNS[seen.quarters]
        return Reason(code, f"{words} and screen it again")
    if seen.picture.header.PatientOrientation.upper().startswith("R\\F"):
        return Reason(
            "mirrored",
            "Its header says that it is mirrored, with the patient's right on the right; mirror it and "
            "screen it again",
        )
    return None
