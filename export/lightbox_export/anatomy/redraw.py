"""Masks drawn again by a segmenter, from boxes around those that there are.

The masks of ``cohen`` are a network's: they keep away from the borders of the lungs and out of dense parts.
A SAM from their boxes follows the borders (docs/architecture.md has the figures).
"""

from __future__ import annotations

from collections.abc import Sequence

from tqdm import tqdm

from lightbox_edge.anatomy import largest_piece
from lightbox_edge.masks_measuring import DrawnFilm, box_around, iou_of
from lightbox_edge.segmenting import Prompt, SegmenterModel

LEAST_IOU = 0.6  # of the new mask to the old: less is another thing than the lung


def redraw(films: Sequence[DrawnFilm], segmenter: SegmenterModel) -> list[DrawnFilm]:
    """The same films with the segmenter's masks; one that it does not know for the same keeps the old."""
    drawn = []
    for film in tqdm(films, desc="redrawing", unit="film", mininterval=10):
        made = segmenter.segment(film.radiograph, [Prompt(box_around(mask)) for _, mask in film.masks])
        new = [largest_piece(one.pixels) for one in made]
        masks = tuple(
            (target, one if iou_of(one, mask) >= LEAST_IOU else mask)
            for (target, mask), one in zip(film.masks, new, strict=True)
        )
        drawn.append(DrawnFilm(film.radiograph, masks))
    return drawn
