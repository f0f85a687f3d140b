"""Lungs beside the heart, by a segmenter, from boxes around whole lungs.

People drew the whole lungs on the films of ``cohen``, with what lies behind the heart. A SAM from boxes
around those keeps to what is dark, and that is the lungs as JSRT's masks have them.
"""

from __future__ import annotations

from collections.abc import Sequence

from tqdm import tqdm

from lightbox_edge.anatomy import LUNGS, WHOLE_LUNGS
from lightbox_edge.masks_measuring import DrawnFilm, box_around, iou_of
from lightbox_edge.pieces import largest_piece
from lightbox_edge.segmenting import Prompt, SegmenterModel

LEAST_IOU = 0.4  # to the whole lung; less is another thing


def with_lungs(films: Sequence[DrawnFilm], segmenter: SegmenterModel) -> list[DrawnFilm]:
    """The films with `LUNGS` beside their `WHOLE_LUNGS`; those on which the segmenter fails are dropped."""
    kept = []
    for film in tqdm(films, desc="redrawing", unit="film", mininterval=10):
        whole = dict(film.masks)
        made = segmenter.segment(film.radiograph, [Prompt(box_around(whole[name])) for name in WHOLE_LUNGS])
        lungs = {
            name: largest_piece(one.pixels & whole[of])
            for name, of, one in zip(LUNGS, WHOLE_LUNGS, made, strict=True)
        }
        if all(
            iou_of(lungs[name], whole[of]) >= LEAST_IOU for name, of in zip(LUNGS, WHOLE_LUNGS, strict=True)
        ):
            kept.append(DrawnFilm(film.radiograph, (*lungs.items(), *film.masks)))
    return kept
