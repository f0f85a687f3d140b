"""Films with burned-in letters such as hospitals leave in their corners."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Gray = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Marker:
    """Text in a corner; ``height`` is that of its letters as a share of the film's longer side.

    ``corner`` is two letters, ``t`` or ``b`` and ``l`` or ``r``; ``ground`` None leaves the film behind it.
    """

    text: str
    corner: str
    height: float
    ink: int = 255
    ground: int | None = None

    def __str__(self) -> str:
        ground = "" if self.ground is None else f" on {self.ground}"
        return f"{self.text} {self.corner} {self.height:g} gray {self.ink}{ground}"


MARKERS = (
    Marker("L", "tr", 0.06),
    Marker("R", "tl", 0.06),
    Marker("L", "tr", 0.1, 235, 20),
    Marker("PORTABLE", "tl", 0.03),
    Marker("AP SUPINE", "tr", 0.035, 255, 0),
    Marker("2017-03-12 08:42", "bl", 0.025),
    Marker("12.03.2017", "br", 0.03, 0, 230),
    Marker("WARD 4", "tl", 0.04, 0),
)


def marked(film: Gray, marker: Marker) -> Gray:
    """The film (rows, columns) with a marker in its corner, a fiftieth of its side away from the borders."""
    longer = max(film.shape)
    font = ImageFont.load_default(size=max(6, marker.height * longer / 0.72))
    picture = Image.fromarray(film)
    draw = ImageDraw.Draw(picture)
    left, top, right, bottom = draw.textbbox((0, 0), marker.text, font=font)
    inset, margin = longer / 50, marker.height * longer / 4
    x = inset if marker.corner[1] == "l" else picture.width - inset - (right - left)
    y = inset if marker.corner[0] == "t" else picture.height - inset - (bottom - top)
    if marker.ground is not None:
        box = (x - margin, y - margin, x + right - left + margin, y + bottom - top + margin)
        draw.rectangle(box, fill=marker.ground)
    draw.text((x - left, y - top), marker.text, fill=marker.ink, font=font)
    return np.asarray(picture)
