"""From a finding or a person's prompt to a region: map, box, mask, and whether the mask may be shown."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lightbox_edge.masks_measuring import box_around
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.regions.maps import FindingMap
from lightbox_edge.regions.organs import (
    HEART,
    Organs,
    area_measurements,
    heart_measurements,
    thorax_box,
    widths,
)
from lightbox_edge.regions.outlines import Outlines
from lightbox_edge.regions.prompting import Place, box_about, place_of
from lightbox_edge.regions.quality import quality_of, why_not_shown
from lightbox_edge.regions.records import Box, Point, Region
from lightbox_edge.results import FindingScore
from lightbox_edge.segmenting import Prompt

CARDIOMEGALY = "cardiomegaly"  # the one finding whose region is an organ, and which has a ratio of its own


@dataclass(frozen=True, slots=True)
class Film:
    """One film: the name of its content and frame, its picture, and what was found of its organs."""

    key: str
    radiograph: Radiograph
    organs: Organs


def finding_region(
    film: Film, score: FindingScore, found: FindingMap, outlines: Outlines | str, within: Box | None = None
) -> Region:
    """The region of a finding.

    Args:
        film: that was scored.
        score: of the finding, which its region never changes.
        found: where its words fit on the film.
        outlines: what makes masks, or the reason why nothing does.
        within: the part of the film that counts; None is the thorax, where it is known.
    """
    place = place_of(found.log_odds, film.radiograph.stored_size, within or thorax_box(film.organs))
    told = _scored(score) | {"map": found.kind}
    return replace(_region(film, score, place, told, outlines), log_odds=found.log_odds)


def _region(
    film: Film, score: FindingScore, place: Place | None, told: dict[str, object], outlines: Outlines | str
) -> Region:
    maximum = place.maximum if place else None
    if score.name == CARDIOMEGALY and film.organs.heart is not None:
        told |= heart_measurements(film.organs, film.radiograph) | {"outline_of": HEART}
        heart, lines = film.organs.heart, widths(film.organs)
        return Region(score.name, box_around(heart), heart, None, told, maximum, lines)
    if place is None:
        told["reason"] = "The map is flat: the words fit no place better than another."
        return Region(score.name, measurements=told)
    if isinstance(outlines, str):
        told["reason"] = outlines
        return Region(score.name, place.box, measurements=told, maximum=maximum)
    outlined = _outlined(score.name, film, place.box, outlines, drawn=False)
    return replace(outlined, measurements={**told, **outlined.measurements}, maximum=maximum)


def prompted_region(target: str, film: Film, given: Box | Point, outlines: Outlines) -> Region:
    """The region of a box or a point that a person gave; a finding's quality is not asked of it."""
    rows, columns = film.radiograph.stored_size
    left, top, right, bottom = given if len(given) == 4 else (*given, *given)
    if right < 0 or bottom < 0 or left >= columns or top >= rows:
        reason = f"The {target} lies outside the film, which has {columns} columns and {rows} rows."
        return Region(target, measurements={"reason": reason})
    box = given if len(given) == 4 else box_about(given, film.radiograph.stored_size)
    return _outlined(target, film, box, outlines, drawn=True)


def _scored(score: FindingScore) -> dict[str, object]:
    """What was said of the finding before anybody looked for where: its region changes none of it."""
    return {
        "probability": round(score.probability, 6),
        "threshold": score.threshold,
        "flagged": score.flagged,
        "validated": score.validated,
    }


def _outlined(target: str, film: Film, box: Box, outlines: Outlines, *, drawn: bool) -> Region:
    """What the segmenter makes of a box, ``drawn`` by a person or not."""
    outline = outlines.masks(film.key, film.radiograph, [Prompt(box)])[0]
    quality = quality_of(outline.pixels, box, thorax_box(film.organs), film.organs.lungs)
    told = quality.measurements()
    reason = why_not_shown(outline.expected_iou, quality, drawn=drawn)
    if reason:
        return Region(target, box, None, outline.expected_iou, told | {"reason": reason})
    told |= area_measurements(outline.pixels, film.radiograph)
    return Region(target, box_around(outline.pixels), outline.pixels, outline.expected_iou, told)
