"""Too few pixels to tell anything from."""

from __future__ import annotations

from lightbox_edge.input_checks.reason import Reason
from lightbox_edge.input_checks.seen import Seen

LEAST_SIDE = 64  # pixels; the smallest films on which a bundle was measured have 64


def check(seen: Seen) -> Reason | None:
    """Refuse a film whose longer side has fewer than LEAST_SIDE pixels in its file."""
    rows, columns = seen.picture.stored_size
    if max(rows, columns) >= LEAST_SIDE:
        return None
    return Reason(
        "low_resolution",
        f"The picture has {rows} x {columns} pixels, too few to judge a film by; get the film itself and not "
        "its preview",
    )
