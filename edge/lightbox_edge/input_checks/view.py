"""Lateral views."""

from __future__ import annotations

from lightbox_edge.input_checks.reason import Reason
from lightbox_edge.input_checks.seen import Seen

LATERAL_VIEWS = frozenset(("LL", "RL", "LATERAL", "LAT"))  # ViewPosition, PS3.3 C.8.11.5.1.1


def check(seen: Seen) -> Reason | None:
    """Refuse what its header calls lateral, and what looks so and is called nothing else."""
    view = seen.picture.header.ViewPosition.upper()
    if view in LATERAL_VIEWS:
        return Reason(
            "lateral", f"Its header calls it a lateral view ({view}); screen the frontal film of the patient"
        )
    if view in ("PA", "AP") or seen.over("lateral") <= max(seen.limits.lateral, seen.over("other")):
        return None
    return Reason("lateral", "It looks like a lateral view; screen the frontal film of the patient")
