"""Films of which a part is missing."""

from __future__ import annotations

from lightbox_edge.input_checks.reason import Reason
from lightbox_edge.input_checks.seen import Seen


def check(seen: Seen) -> Reason | None:
    """Refuse what looks like a part of a chest film."""
    if seen.over("cropped") <= seen.limits.cropped:
        return None
    return Reason(
        "cropped", "It looks like a part of a chest film; screen the whole film, with both lungs on it"
    )
