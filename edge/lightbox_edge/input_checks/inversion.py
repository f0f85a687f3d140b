"""Films with black and white the wrong way round."""

from __future__ import annotations

from lightbox_edge.input_checks.reason import Reason
from lightbox_edge.input_checks.seen import Seen, is_upright

CORRECTED = Reason(
    "inverted_corrected",
    "Black and white were the wrong way round in the file and were put right before it was judged",
)


def is_certain(seen: Seen) -> bool:
    """Whether it looks inverted, and with that undone like an upright chest film."""
    return seen.inverted and seen.quarters == 0 and is_upright(seen.righted, seen.limits)


def check(seen: Seen) -> Reason | None:
    """Refuse what looks inverted but may be something else."""
    if not seen.inverted or is_certain(seen):
        return None
    return Reason(
        "inverted",
        "Black and white seem to be the wrong way round, but not for certain; invert the picture if bone is "
        "black on it, and screen it again",
    )
