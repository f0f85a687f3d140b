"""Lungs beside the heart, by a segmenter, from boxes around lungs.

People drew the whole lungs on the films of ``cohen``, with what lies behind the heart. A SAM from boxes
around those keeps to what is dark, and that is the lungs as JSRT's masks have them. On films that nobody
drew on, the boxes are of what a first network found: so it teaches the next one (self-training, as Xie et
al., CVPR 2020), and what it teaches has the segmenter's borders and not its own round ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from lightbox_edge.anatomy import LUNGS, WHOLE_LUNGS, AnatomyModel
from lightbox_edge.masks_measuring import DrawnFilm, box_around, iou_of
from lightbox_edge.pieces import largest_piece
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.segmenting import Prompt, SegmenterModel

Mask = NDArray[np.bool_]

LEAST_IOU = 0.4  # to the whole lung; less is another thing
# A first network's lungs are a little small: its boxes are widened by a share of their sides, and where the
# segmenter still sees another thing than it does, nothing is learned.
WIDENED = 0.04
AGREED_IOU = 0.7


def with_lungs(films: Sequence[DrawnFilm], segmenter: SegmenterModel) -> list[DrawnFilm]:
    """The films with `LUNGS` beside their `WHOLE_LUNGS`; those on which the segmenter fails are dropped."""
    kept = []
    for film in tqdm(films, desc="redrawing", unit="film", mininterval=10):
        whole = dict(film.masks)
        boxes = {name: box_around(whole[of]) for name, of in zip(LUNGS, WHOLE_LUNGS, strict=True)}
        lungs = _drawn(segmenter, film.radiograph, boxes)
        if all(
            iou_of(lungs[name], whole[of]) >= LEAST_IOU for name, of in zip(LUNGS, WHOLE_LUNGS, strict=True)
        ):
            kept.append(DrawnFilm(film.radiograph, (*lungs.items(), *film.masks)))
    return kept


def outlined(films: Iterable[Radiograph], first: AnatomyModel, segmenter: SegmenterModel) -> list[DrawnFilm]:
    """The films on which ``first`` and the segmenter see the same two lungs, with all masks of both."""
    kept = []
    for radiograph in tqdm(films, desc="outlining", unit="film", mininterval=10):
        found = first.find(radiograph)
        if not all(found[name].any() for name in LUNGS):
            continue
        boxes = {name: _widened(box_around(found[name]), radiograph.stored_size) for name in LUNGS}
        lungs = _drawn(segmenter, radiograph, boxes)
        if all(iou_of(lungs[name], found[name]) >= AGREED_IOU for name in LUNGS):
            whole = {of: found[of] | lungs[name] for name, of in zip(LUNGS, WHOLE_LUNGS, strict=True)}
            kept.append(DrawnFilm(radiograph, (*lungs.items(), *whole.items())))
    return kept


def _drawn(
    segmenter: SegmenterModel, radiograph: Radiograph, boxes: Mapping[str, tuple[float, float, float, float]]
) -> dict[str, Mask]:
    made = segmenter.segment(radiograph, [Prompt(boxes[name]) for name in LUNGS])
    return {name: largest_piece(one.pixels) for name, one in zip(LUNGS, made, strict=True)}


def _widened(
    box: tuple[float, float, float, float], size: tuple[int, int]
) -> tuple[float, float, float, float]:
    left, top, right, bottom = box
    over, down = WIDENED * (right - left), WIDENED * (bottom - top)
    return max(0, left - over), max(0, top - down), min(size[1], right + over), min(size[0], bottom + down)
