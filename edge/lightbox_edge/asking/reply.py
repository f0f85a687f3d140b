"""What a bundle answers when words are asked of one film: a plain frozen record."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lightbox_edge.asking.sides import Side
from lightbox_edge.asking.where import Where
from lightbox_edge.regions.finding_regions import Film
from lightbox_edge.regions.maps import FindingMap
from lightbox_edge.regions.records import Box, Mask, Region
from lightbox_edge.results import FindingScore

LEVELS = 10  # of a coarse map, 0 to 9


@dataclass(frozen=True, slots=True)
class CoarseMap:
    """A map for a place that has no pictures.

    Attributes:
        levels: (rows, columns) int8, 0 where the words fit least to 9 where they fit best; -1 where nothing
            was looked for.
        lungs: (rows, columns), True where most of a cell is lung.
        maximum: the (row, column) where the words fit best; None where the map is flat.
    """

    levels: NDArray[np.int8]
    lungs: NDArray[np.bool_]
    maximum: tuple[int, int] | None


@dataclass(frozen=True, slots=True, eq=False)
class Reply:
    """Words and what came of them on one film.

    Attributes:
        path: the film, as screening names it.
        words: what was asked, with single spaces.
        score: its probability; ``validated`` is False for any words but the bundle's own findings, and the
            probability then is not calibrated and the threshold assumed.
        found: the similarity map, log-odds by place on the film alone.
        region: the map's maximum, the box about it, the mask where a segmenter made one, else the reason.
        where: where the maximum lies; None where the map is flat.
        side: of the patient, as the words name it.
        within: the part of the stored picture that was looked at, None for all of it.
        is_on_side: whether ``within`` is that side's lung.
        asked_of: the bundle that answers, where the film was screened by another; else empty.
        film: the picture and its organs, for whoever draws the answer.
    """

    path: str
    words: str
    score: FindingScore
    found: FindingMap
    region: Region
    where: Where | None
    side: Side | None
    within: Box | None
    is_on_side: bool
    asked_of: str
    film: Film

    def levels(self, rows: int, columns: int) -> NDArray[np.float32]:
        """The map in (rows, columns): 0 where the words fit least, 1 where best, -1 where nobody looked."""
        high, wide = self.film.radiograph.stored_size
        values = _resized(self.found.log_odds, rows, columns)
        inside = _cells(self.within, rows / high, columns / wide, values.shape)
        low, span = float(values[inside].min()), float(np.ptp(values[inside]))
        return np.where(inside, (values - low) / max(span, 1e-9), np.float32(-1)).astype(np.float32)

    def coarse_map(self, rows: int, columns: int) -> CoarseMap:
        """The map fitted into so many cells, which are twice as high as wide."""
        high, wide = self.film.radiograph.stored_size
        scale = min(rows / high, columns / (2 * wide))
        rows, columns = max(1, round(high * scale)), max(1, round(2 * wide * scale))
        levels = np.minimum(self.levels(rows, columns) * LEVELS, LEVELS - 1).astype(np.int8)
        maximum = None
        if self.region.maximum is not None:
            x, y = self.region.maximum
            maximum = min(int(y * rows / high), rows - 1), min(int(x * columns / wide), columns - 1)
        return CoarseMap(np.maximum(levels, -1), _share(self.film.organs.lungs, rows, columns) > 0.5, maximum)


def _resized(values: NDArray[np.float32], rows: int, columns: int) -> NDArray[np.float32]:
    picture = Image.fromarray(np.ascontiguousarray(values, dtype=np.float32))
    return np.asarray(picture.resize((columns, rows), Image.Resampling.BILINEAR))


def _share(mask: Mask | None, rows: int, columns: int) -> NDArray[np.float32]:
    """How much of each cell a mask covers."""
    if mask is None:
        return np.zeros((rows, columns), np.float32)
    return _resized(mask.astype(np.float32), rows, columns)


def _cells(box: Box | None, down: float, over: float, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """The cells that a box of the stored picture touches."""
    inside = np.zeros(shape, np.bool_)
    if box is None:
        return ~inside
    left, top, right, bottom = box
    rows, columns = slice(int(top * down), ceil(bottom * down)), slice(int(left * over), ceil(right * over))
    inside[rows, columns] = True
    return inside
