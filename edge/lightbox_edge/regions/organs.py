"""Lungs and heart of a film, and what is measured of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from lightbox_edge.anatomy import LUNGS, WHOLE_LUNGS, AnatomyModel
from lightbox_edge.heart import heart_between
from lightbox_edge.masks_measuring import area_of, box_around
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.regions.records import Box, Mask, Region, no_region
from lightbox_edge.thorax import Thorax, Width, measure_thorax

HEART = "heart"
ORGANS = (*LUNGS, HEART)
MARGIN = 0.04  # of the thorax's width and height, about it: a rib and the pleura lie beside the lungs

_NOT_FOUND = {
    "lung_left": "The left lung was not found.",
    "lung_right": "The right lung was not found.",
}


@dataclass(frozen=True, slots=True)
class Organs:
    """What was found on one film; masks are (rows, columns) of the stored picture.

    ``reason`` says why nothing was looked for; empty where something was.
    """

    masks: Mapping[str, Mask] = field(default_factory=dict)
    heart: Mask | None = None
    thorax: Thorax | None = None
    reason: str = ""

    @property
    def lungs(self) -> Mask | None:
        """Both lungs with what lies behind the heart, where that is known; None unless both were found."""
        found = [self.masks.get(name) for name in (*LUNGS, *WHOLE_LUNGS)]
        if any(one is None or not one.any() for one in found[:2]):
            return None
        both = np.zeros_like(self.masks[LUNGS[0]])
        for one in found:
            if one is not None:
                both |= one
        return both


def find_organs(anatomy: AnatomyModel, radiograph: Radiograph) -> Organs:
    """Find the lungs with a bundle's anatomy network, and the heart between them."""
    masks = anatomy.find(radiograph)
    left, right = (masks.get(name, np.zeros(radiograph.stored_size, np.bool_)) for name in LUNGS)
    heart = heart_between(right, left)
    if not heart.any():
        return Organs(masks)
    return Organs(masks, heart, measure_thorax(right, left, heart, radiograph.spacing))


def thorax_box(organs: Organs) -> Box | None:
    """The rectangle around both lungs, a little widened; None unless both were found."""
    return None if organs.lungs is None else _about(organs.lungs)


def lung_box(organs: Organs, side: Literal["left", "right"]) -> Box | None:
    """The same around the lung on the patient's ``side`` alone; None unless it was found."""
    found = [organs.masks.get(f"{name}_{side}") for name in ("lung", "whole_lung")]
    lungs = [one for one in found if one is not None and one.any()]
    return _about(np.logical_or.reduce(lungs)) if lungs else None


def _about(mask: Mask) -> Box:
    """The rectangle around a mask, (rows, columns), widened by `MARGIN` as far as the film goes."""
    left, top, right, bottom = box_around(mask)
    wide, high = MARGIN * (right - left), MARGIN * (bottom - top)
    rows, columns = mask.shape
    return max(0, left - wide), max(0, top - high), min(columns, right + wide), min(rows, bottom + high)


def organ_regions(organs: Organs, radiograph: Radiograph) -> list[Region]:
    """`ORGANS` in their order, each with its mask and measurements or with the reason why not."""
    if organs.reason:
        return [no_region(target, organs.reason) for target in ORGANS]
    return [*(_lung(organs, name, radiograph) for name in LUNGS), _heart(organs, radiograph)]


def heart_measurements(organs: Organs, radiograph: Radiograph) -> dict[str, object]:
    """The cardiothoracic ratio, and millimetres where they are known."""
    thorax = organs.thorax
    if thorax is None:
        return {}
    told: dict[str, object] = {
        "cardiothoracic_ratio": round(thorax.cardiothoracic_ratio, 4),
        "view": radiograph.header.ViewPosition or None,
    }
    if thorax.heart_millimetres is not None and thorax.thorax_millimetres is not None:
        told["heart_mm"] = round(thorax.heart_millimetres, 1)
        told["thorax_mm"] = round(thorax.thorax_millimetres, 1)
        told["millimetres_by"] = radiograph.spacing_from
    return told


def widths(organs: Organs) -> dict[str, Width]:
    """The lines that the cardiothoracic ratio was measured on, by name."""
    thorax = organs.thorax
    if thorax is None:
        return {}
    return {"thorax": thorax.thorax, "heart_right": thorax.heart_right, "heart_left": thorax.heart_left}


def _lung(organs: Organs, name: str, radiograph: Radiograph) -> Region:
    mask = organs.masks.get(name)
    if mask is None or not mask.any():
        return no_region(name, _NOT_FOUND[name])
    told: dict[str, object] = {"film_share": _film_share(mask)}
    both = [area_of(organs.masks[one]) for one in LUNGS if one in organs.masks]
    if len(both) == 2 and all(both):
        told["share_of_lungs"] = round(area_of(mask) / sum(both), 4)
    return Region(name, box_around(mask), mask, measurements=told | area_measurements(mask, radiograph))


def _heart(organs: Organs, radiograph: Radiograph) -> Region:
    if organs.heart is None:
        why = "it is drawn between two lungs, and the lungs that were found leave no room for it"
        if organs.lungs is None:
            why = "it is drawn between two lungs, and two were not found"
        return no_region(HEART, f"The heart was not found: {why}.")
    told: dict[str, object] = {"film_share": _film_share(organs.heart)}
    told |= area_measurements(organs.heart, radiograph) | heart_measurements(organs, radiograph)
    return Region(HEART, box_around(organs.heart), organs.heart, measurements=told, widths=widths(organs))


def area_measurements(mask: Mask, radiograph: Radiograph) -> dict[str, object]:
    """The area in square centimetres, where the pixels' distance is known."""
    if radiograph.spacing is None:
        return {}
    down, over = radiograph.spacing
    return {
        "area_cm2": round(area_of(mask) * down * over / 100, 2),
        "millimetres_by": radiograph.spacing_from,
    }


def _film_share(mask: Mask) -> float:
    return round(area_of(mask) / mask.size, 4)
