"""A picture with what its thumbnail looks like, as it lies and as it would lie if it were put right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from lightbox_edge.input_checks.look import Limits, Look, limits, look
from lightbox_edge.input_checks.picture import Picture, thumbnail


@dataclass(frozen=True, slots=True)
class Seen:
    """What every check is given.

    Attributes:
        picture: the film.
        limits: what the scores are held against.
        inverted: whether it looks inverted.
        quarters: how many quarter turns counter-clockwise it looks turned by, 0 to 3.
        first: how it looks as it lies.
        righted: how it looks with both undone; the same if there is nothing to undo.
    """

    picture: Picture
    limits: Limits
    inverted: bool
    quarters: int
    first: Look
    righted: Look

    def over(self, kind: Literal["lateral", "cropped", "other"]) -> float:
        """How much more it looks like that kind than like a frontal chest film, both ways it may lie."""
        looks = (self.first, self.righted)
        return float(np.mean([getattr(one, kind) - one.frontal for one in looks]))


def see(picture: Picture) -> Seen:
    """Look once, and a second time at a picture that seems to lie wrong."""
    set_limits = limits()
    small = thumbnail(picture.gray)
    first = look(small)
    inverted = first.inverted > set_limits.inverted
    quarters = _quarters(first, set_limits)
    righted = first
    if inverted or quarters:
        righted = look(np.ascontiguousarray(np.rot90(-small if inverted else small, -quarters)))
    return Seen(picture, set_limits, inverted, quarters, first, righted)


def is_upright(seen: Look, set_limits: Limits) -> bool:
    """Whether a picture looks like a chest film, upright and in its own tones."""
    return (
        max(seen.other - set_limits.other, seen.lateral - set_limits.lateral) <= seen.frontal
        and seen.inverted <= set_limits.inverted
        and _quarters(seen, set_limits) == 0
    )


def _quarters(seen: Look, set_limits: Limits) -> int:
    best = int(np.argmax(seen.turned))
    return best if seen.turned[best] - seen.turned[0] > set_limits.turned else 0
