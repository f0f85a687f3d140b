"""From a film and a view to the picture on the screen: crop, resize, then window; what is drawn comes last.

Each step is kept for the next key: another window of the same place resizes nothing again.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lightbox_edge.viewing.film import Film
from lightbox_edge.viewing.marks import Mark, draw
from lightbox_edge.viewing.view import Box, Canvas, View, scale, visible

_FILMS = 2  # whose float pictures are kept: the film's and the one beside it


def render(film: Film, view: View, canvas: Canvas, marks: Sequence[Mark] = ()) -> Image.Image:
    """The picture of a film, exactly as large as the canvas, black about it.

    Its mode is ``L``, or ``RGB`` where something is drawn upon it.
    """
    box = visible(view, film.shape, canvas)
    across, down = scale(view, film.shape, canvas)
    size = (
        max(1, min(canvas.columns, round((box[2] - box[0]) * across))),
        max(1, min(canvas.rows, round((box[3] - box[1]) * down))),
    )
    gray = windowed(_resized(film, view.step, box, size), view)
    picture = Image.fromarray(gray)
    if marks and view.overlay != "none":
        rows, columns = film.shape
        shares = box[0] / columns, box[1] / rows, box[2] / columns, box[3] / rows
        picture = draw(picture, marks, shares, view.overlay)
    page = Image.new(picture.mode, (canvas.columns, canvas.rows))
    page.paste(picture, ((canvas.columns - size[0]) // 2, (canvas.rows - size[1]) // 2))
    return page


def windowed(unit: NDArray[np.float32], view: View) -> NDArray[np.uint8]:
    """Gray values, 0 to 1 of the range, through the view's window; rounded."""
    low = view.level - view.width / 2
    shown = np.clip((unit - np.float32(low)) * np.float32(255 / view.width), 0, 255)
    gray: NDArray[np.uint8] = np.rint(shown).astype(np.uint8)
    return 255 - gray if view.inverted else gray


@lru_cache(maxsize=_FILMS)
def _plane(film: Film, step: int) -> Image.Image:
    """One range of a film, 0 to 1, as Pillow resizes it."""
    pixels = film.range_pixels(step)
    return Image.fromarray(pixels.astype(np.float32) * np.float32(1 / np.iinfo(pixels.dtype).max))


@lru_cache(maxsize=2 * _FILMS)
def _resized(film: Film, step: int, box: Box, size: tuple[int, int]) -> NDArray[np.float32]:
    resized = _plane(film, step).resize(size, Image.Resampling.BICUBIC, box, reducing_gap=2.0)
    return np.asarray(resized, np.float32)
