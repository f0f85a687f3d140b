"""A reply as a picture: the film, brighter in colour where the words fit better, the box and the maximum."""

from __future__ import annotations

import numpy as np
from PIL import Image

from lightbox_edge.asking.reply import Reply
from lightbox_edge.regions.drawing import YELLOW, film_gray, with_region

TINT = 0.4  # of the colour where the words fit best


def picture_of(reply: Reply) -> Image.Image:
    """The film with the reply on it, RGB, its longer side 1,024 pixels."""
    radiograph = reply.film.radiograph
    gray = film_gray(radiograph).astype(np.float32)[..., np.newaxis]
    levels = reply.levels(*gray.shape[:2])[..., np.newaxis]
    tint = TINT * np.square(np.maximum(levels, 0))  # squared: most of a map lies between its ends
    painted = np.rint((1 - tint) * gray + tint * np.array(YELLOW, np.float32)).astype(np.uint8)
    return with_region(Image.fromarray(painted), radiograph.stored_size, reply.region)
