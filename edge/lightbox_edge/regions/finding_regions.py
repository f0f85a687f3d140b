"""From a finding or a person's prompt to a region: map, box, mask, and whether the mask may be shown."""

from __future__ import annotations

from dataclasses import dataclass

from lightbox_edge.masks_measuring import box_around
from lightbox_edge.preprocess import fitted_size
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.regions.organs import HEART, Organs, area_measurements, heart_measurements, thorax_box
from lightbox_edge.regions.outlines import Outlines
from lightbox_edge.regions.prompting import place_of
from lightbox_edge.regions.quality import quality_of, why_not_shown
from lightbox_edge.regions.records import Region
from lightbox_edge.regions.similarity import on_film
from lightbox_edge.results import FindingScore
from lightbox_edge.scoring import Features
from lightbox_edge.segmenting import Prompt

CARDIOMEGALY = "cardiomegaly"  # the one finding whose region is an organ, and which has a ratio of its own


@dataclass(frozen=True, slots=True)
class Film:
    """One film: the name of its content and frame, its picture, and what was found of its organs."""

    key: str
    radiograph: Radiograph
    organs: Organs


def finding_region(
    film: Film, score: FindingScore, log_odds: Features, input_size: int, outlines: Outlines | str
) -> Region:
    """The region of a finding.

    Args:
        film: that was scored.
        score: of the finding, which its region never changes.
        log_odds: its similarity map, (side, side).
        input_size: of the image encoder.
        outlines: what makes masks, or the reason why nothing does.
    """
    size = film.radiograph.stored_size
    told = scored(score)
    if score.name == CARDIOMEGALY:
        told |= heart_measurements(film.organs, film.radiograph)
    film_map = on_film(log_odds, input_size, fitted_size(size, input_size))
    place = place_of(film_map, size, thorax_box(film.organs))
    if place is None:
        reason = "The similarity map is flat: the words fit no place better than another."
        return Region(score.name, measurements=told | {"reason": reason})
    told["maximum"] = [round(one, 1) for one in place.maximum]
    if score.name == CARDIOMEGALY and film.organs.heart is not None:
        heart = film.organs.heart
        return Region(score.name, box_around(heart), heart, measurements=told | {"outline_of": HEART})
    if isinstance(outlines, str):
        return Region(score.name, place.box, measurements=told | {"reason": outlines}, prompt=place.box)
    return _outlined(score.name, film, Prompt(place.box), outlines, told)


def prompted_region(target: str, film: Film, prompt: Prompt, outlines: Outlines) -> Region:
    """The region of a box or a point that a person gave; a finding's quality is not asked of it."""
    rows, columns = film.radiograph.stored_size
    left, top, right, bottom = prompt.box or (*prompt.points[0][:2], *prompt.points[0][:2])
    if right < 0 or bottom < 0 or left >= columns or top >= rows:
        reason = f"The {target} lies outside the film, which has {columns} columns and {rows} rows."
        return Region(target, measurements={"reason": reason})
    return _outlined(target, film, prompt, outlines, {})


def scored(score: FindingScore) -> dict[str, object]:
    """What was said of the finding before anybody looked for where: its region changes none of it."""
    return {
        "probability": round(score.probability, 6),
        "threshold": score.threshold,
        "flagged": score.flagged,
        "validated": score.validated,
    }


def _outlined(target: str, film: Film, prompt: Prompt, outlines: Outlines, told: dict[str, object]) -> Region:
    outline = outlines.masks(film.key, film.radiograph, [prompt])[0]
    thorax, drawn = thorax_box(film.organs), not told
    quality = quality_of(outline.pixels, prompt.box, thorax, film.organs.lungs)
    told = told | quality.measurements()
    reason = why_not_shown(outline.expected_iou, quality, drawn=drawn)
    asked = prompt.box or prompt.points[0][:2]
    if reason:
        told["reason"] = reason
        return Region(target, prompt.box, None, outline.expected_iou, told, asked)
    told |= area_measurements(outline.pixels, film.radiograph)
    return Region(target, box_around(outline.pixels), outline.pixels, outline.expected_iou, told, asked)
