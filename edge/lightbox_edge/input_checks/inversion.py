"""Films with black and white the wrong way round."""

from __future__ import annotations

from lightbox_edge.input_checks.reason import Reason
from lightbox_edge.input_checks.seen import Seen, is_upright

# A true film in a white frame reached 0.22, inverted copies of films have 0.24 and mostly above 0.5: what is
# between is refused, for a film that is turned wrongly would be judged wrongly.
CERTAIN = 0.4

CORRECTED = Reason(
    "inverted_corrected",
    "Black and white were the wrong way round in the file and were put right before it was judged",
)


def is_certain(seen: Seen) -> bool:
    """Whether it clearly looks inverted, and with that undone like an upright chest film."""
    clear = seen.first.inverted > CERTAIN and seen.quarters == 0
    return clear and is_upright(seen.righted, seen.limits)


def check(seen: Seen) -> Reason | None:
    """Refuse what looks inverted but may be something else."""
    if not seen.inverted or is_certain(seen):
        return None
    return Reason(
        "inverted",
        "Black and white seem to be the wrong way round, but not for certain; invert the picture if bone is "
        "black on it, and screen it again",
    )
