"""Blank pictures, and films whose lungs or mediastinum are lost in black or white."""

from __future__ import annotations

import numpy as np

from lightbox_edge.input_checks.reason import Reason
from lightbox_edge.input_checks.seen import Seen

# Shares of the whole range of gray. Of 280 real films of seven sources the flattest spans 0.24 between its
# 2nd and 98th percentile; the most that one has at an end is 0.51 in black (wide borders) and 0.07 in white.
LEAST_SPAN = 0.06
END = 0.02
MOST_BLACK, MOST_WHITE = 0.75, 0.55


def check(seen: Seen) -> Reason | None:
    """Refuse a picture with next to no grays in it, or with most of it cut off at one end."""
    gray = seen.picture.gray[::3, ::3]  # shares need no more, and sorting is what costs time
    low, high = np.percentile(gray, (2, 98))
    if high - low < LEAST_SPAN:
        return Reason("blank", "The picture is nearly blank; expose or scan the film again")
    if (gray >= 1 - END).mean() > MOST_WHITE:
        return Reason(
            "underexposed",
            "Most of the picture is plain white, as after too short an exposure; take or scan the film again",
        )
    if (gray <= END).mean() > MOST_BLACK:
        return Reason(
            "overexposed",
            "Most of the picture is plain black, as after too long an exposure; take or scan the film again",
        )
    return None
