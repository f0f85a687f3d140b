"""What masks are worth: Dice to masks drawn by people, IoU to those of another precision."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.anatomy import AnatomyModel
from lightbox_edge.manifest import MaskResult
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.segmenting import Prompt, SegmenterModel, film_pixels

Pixels = NDArray[np.bool_]

# Where the lungs and the heart lie on a frontal film, in shares of its width and height: prompts for
# films on which nobody drew anything.
THORAX = ((0.08, 0.1, 0.48, 0.85), (0.52, 0.1, 0.92, 0.85), (0.38, 0.42, 0.78, 0.85))


@dataclass(frozen=True, slots=True)
class DrawnFilm:
    """A film with what people drew on it: (target, mask) with masks (rows, columns) of the stored picture.

    A target may have several masks, as the lungs have; its Dice is their mean.
    """

    radiograph: Radiograph
    masks: tuple[tuple[str, Pixels], ...]


def mask_results(
    model: SegmenterModel, films: Iterable[DrawnFilm], dataset: str, date: str
) -> tuple[MaskResult, ...]:
    """Mean Dice by target of the masks that boxes around the drawn ones give."""
    dice: dict[str, list[float]] = defaultdict(list)
    for film in films:
        made = model.segment(film.radiograph, [Prompt(box_around(mask)) for _, mask in film.masks])
        of_film: dict[str, list[float]] = defaultdict(list)
        for (target, drawn), mask in zip(film.masks, made, strict=True):
            of_film[target].append(dice_of(mask.pixels, drawn))
        for target, values in of_film.items():
            dice[target].append(float(np.mean(values)))
    return _by_target(dice, dataset, date)


def anatomy_results(
    model: AnatomyModel, films: Iterable[DrawnFilm], dataset: str, date: str
) -> tuple[MaskResult, ...]:
    """Mean Dice by target of the masks that are found with no prompt; one that is not found counts 0."""
    dice: dict[str, list[float]] = defaultdict(list)
    for film in films:
        found = model.find(film.radiograph)
        for target, drawn in film.masks:
            if target in found:
                dice[target].append(dice_of(found[target], drawn))
    return _by_target(dice, dataset, date)


def anatomy_agreement(
    reference: AnatomyModel, model: AnatomyModel, radiographs: Iterable[Radiograph]
) -> float:
    """Mean IoU of two anatomy networks' masks over films and targets."""
    values = []
    for radiograph in radiographs:
        ours, theirs = reference.find(radiograph), model.find(radiograph)
        values += [iou_of(mask, theirs[target]) for target, mask in ours.items()]
    return float(np.mean(values))


def _by_target(dice: Mapping[str, Sequence[float]], dataset: str, date: str) -> tuple[MaskResult, ...]:
    return tuple(
        MaskResult(target, dataset, date, len(values), float(np.mean(values)), _interval(np.array(values)))
        for target, values in dice.items()
    )


def mask_agreement(
    reference: SegmenterModel, model: SegmenterModel, radiographs: Iterable[Radiograph]
) -> float:
    """Mean IoU of two models' masks, from boxes around what the reference finds at `THORAX` on each film.

    `THORAX` itself leaves room for doubt: from it LiteMedSAM's masks move with any change of the numbers.
    """
    values = []
    for radiograph in radiographs:
        size = radiograph.stored_size
        embedding = reference.embed(film_pixels(radiograph, reference.input_size)[np.newaxis])[0]
        crude = thorax_prompts(size)
        found = [one.pixels for one in reference.masks(embedding, crude, size) if one.pixels.any()]
        prompts = [Prompt(box_around(pixels)) for pixels in found] or crude
        pairs = zip(
            reference.masks(embedding, prompts, size), model.segment(radiograph, prompts), strict=True
        )
        values += [iou_of(ours.pixels, theirs.pixels) for ours, theirs in pairs]
    return float(np.mean(values))


def thorax_prompts(stored_size: tuple[int, int]) -> list[Prompt]:
    """`THORAX` in pixels of a film of that many rows and columns."""
    rows, columns = stored_size
    return [
        Prompt((left * columns, top * rows, right * columns, low * rows)) for left, top, right, low in THORAX
    ]


def box_around(mask: Pixels) -> tuple[float, float, float, float]:
    """(left, top, right, bottom) of a mask that is not empty, its outermost pixels included."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return float(columns[0]), float(rows[0]), float(columns[-1]), float(rows[-1])


def area_of(mask: Pixels) -> int:
    """How many pixels are inside; seven times as fast as their sum."""
    return int(np.count_nonzero(mask))


def dice_of(one: Pixels, other: Pixels) -> float:
    """Twice the intersection over the sum; 1 if both are empty."""
    both = area_of(one) + area_of(other)
    return 2 * area_of(one & other) / both if both else 1.0


def iou_of(one: Pixels, other: Pixels) -> float:
    """The intersection over the union; 1 if both are empty."""
    union = area_of(one | other)
    return area_of(one & other) / union if union else 1.0


def _interval(values: NDArray[np.float64], draws: int = 2000) -> tuple[float, float]:
    """95 % percentile bootstrap interval of the mean over films."""
    means = np.random.default_rng(0).choice(values, (draws, len(values))).mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)
