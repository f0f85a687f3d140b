"""What a mask is worth, and why a poor one is not shown."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from lightbox_edge.masks_measuring import area_of
from lightbox_edge.regions.records import Box, Mask

LEAST_IOU = 0.5  # that the segmenter expects: under it, it does not believe its mask itself
LEAST_SHARE, MOST_SHARE = 0.0002, 0.4  # of the film: a speck, and more than two lungs
LEAST_IN_PROMPT = 0.5  # of the mask in the box that it was asked for
LEAST_IN_THORAX = 0.5


@dataclass(frozen=True, slots=True)
class Quality:
    """Shares of a mask's area, each 0 to 1; None where there was nothing to compare it with."""

    film_share: float
    prompt_share: float | None
    thorax_share: float | None
    lung_share: float | None

    def measurements(self) -> dict[str, object]:
        """Those that are known, rounded."""
        return {name: round(value, 4) for name, value in asdict(self).items() if value is not None}


def quality_of(mask: Mask, prompt: Box | None, thorax: Box | None, lungs: Mask | None) -> Quality:
    """Hold a mask, (rows, columns), against its prompt's box, the thorax and the lungs of the same film."""
    area = area_of(mask)

    def share(inside: Mask | None) -> float | None:
        return None if inside is None or not area else area_of(inside) / area

    return Quality(
        area / mask.size,
        share(None if prompt is None else mask[_under(prompt)]),
        share(None if thorax is None else mask[_under(thorax)]),
        share(None if lungs is None else mask & lungs),
    )


def why_not_shown(predicted_iou: float, quality: Quality, *, drawn: bool) -> str:
    """Why a mask must not be shown; empty if nothing speaks against it.

    ``drawn`` is True where a person gave the prompt: then only what contradicts that prompt counts.
    """
    if not quality.film_share:
        return "The segmenter outlined nothing there."
    if predicted_iou < LEAST_IOU:
        return (
            f"The segmenter itself expects its outline to overlap by {predicted_iou:.3f}, under {LEAST_IOU}: "
            "it is a guess."
        )
    if quality.prompt_share is not None and quality.prompt_share < LEAST_IN_PROMPT:
        return f"Only {quality.prompt_share:.0%} of the outline lies where it was asked for."
    if drawn:
        return ""
    if not LEAST_SHARE <= quality.film_share <= MOST_SHARE:
        size = "small" if quality.film_share < LEAST_SHARE else "large"
        return f"The outline covers {quality.film_share:.2%} of the film: that is too {size} for a finding."
    if quality.thorax_share is not None and quality.thorax_share < LEAST_IN_THORAX:
        return f"Only {quality.thorax_share:.0%} of the outline lies in the thorax."
    return ""


def _under(box: Box) -> tuple[slice, slice]:
    left, top = (max(0, int(side)) for side in box[:2])
    right, bottom = (int(np.ceil(side)) + 1 for side in box[2:])
    return slice(top, bottom), slice(left, right)
