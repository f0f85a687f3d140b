"""Not a chest X-ray at all."""

from __future__ import annotations

from lightbox_edge.input_checks.reason import Reason
from lightbox_edge.input_checks.seen import Seen


def check(seen: Seen) -> Reason | None:
    """Refuse what looks like anything else, however it is turned."""
    if seen.over("other") <= seen.limits.other:
        return None
    return Reason(
        "not_chest",
        "It does not look like a frontal chest X-ray, so a person must look at it; if it is a photograph of "
        "one, photograph the film alone, straight from the front",
    )
