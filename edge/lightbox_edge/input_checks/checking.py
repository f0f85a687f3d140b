"""All checks in their order: the first reason counts, for it hides what the later ones would say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from lightbox_edge.input_checks import chest, child, cropping, exposure, inversion, resolution, turning, view
from lightbox_edge.input_checks.picture import Picture
from lightbox_edge.input_checks.reason import Reason
from lightbox_edge.input_checks.seen import Seen, see

Check = Callable[[Seen], Reason | None]

CHECKS: Final[tuple[Check, ...]] = (
    resolution.check,
    exposure.check,
    view.check,
    chest.check,
    inversion.check,
    turning.check,
    cropping.check,
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What the checks found on one film.

    Attributes:
        refused: why it must not be judged, whatever the bundle.
        for_adults: why a bundle that knows adults alone must not judge it.
        inverted: whether black and white must be turned before it is judged.
    """

    refused: Reason | None
    for_adults: Reason | None
    inverted: bool


def examine(picture: Picture) -> Checked:
    """Check one film; a tenth of what judging it costs, see docs/checks.md."""
    seen = see(picture)
    refused = next((reason for check in CHECKS if (reason := check(seen)) is not None), None)
    return Checked(refused, child.check(seen), refused is None and inversion.is_certain(seen))
