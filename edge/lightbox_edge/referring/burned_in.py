"""What may be written on a film: what its header says of that, and what looks like letters at its border.

No program finds all letters: this one tells a person where to look, and a person must look at every film.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from lightbox_edge.errors import UnreadableImage
from lightbox_edge.preprocess import fit, stretch
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.reading import read_frames
from lightbox_edge.reading.kinds import HEAD_BYTES, kind_of
from lightbox_edge.reading.limits import DEFAULT_LIMITS

_SIDE: Final = 512  # pixels of the longer side
_PERCENTILES: Final = (0.5, 99.5)
_ROWS, _COLUMNS = 0.18, 0.36  # a corner's share of the film
_EDGE: Final = 0.12  # how far from a side letters between two corners are looked for
_BRUSH: Final = 9  # pixels: strokes are thinner than half of it, ribs and borders are not
_CONTRAST: Final = 0.25  # of the film's range, to the median around
_FEWEST: Final = 30  # pixels of strokes in a place: about one letter of a fortieth of the film's side


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of text on a film.

    ``declared`` is the header's BurnedInAnnotation, empty where nothing says it; ``places`` are those
    where something looks like letters.
    """

    declared: str
    places: tuple[str, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person must know before the film is sent."""
        told = {
            "YES": ("its header says that text is burned in",),
            "NO": (),
        }.get(self.declared, ("nothing says whether text is burned in",))
        seen = (f"there may be letters at the {' and the '.join(self.places)}",) if self.places else ()
        return (*told, *seen)


def look(data: bytes) -> Look:
    """Look at every picture of a film's file.

    Raises:
        LightboxError: it cannot be read.
    """
    places: dict[str, None] = {}
    for frame in read_frames(data, _SIDE):
        if not isinstance(frame.outcome, Radiograph):
            raise (
                frame.outcome
                if isinstance(frame.outcome, UnreadableImage)
                else UnreadableImage("No picture.")
            )
        places.update(dict.fromkeys(lettered_places(frame.outcome)))
    return Look(_declared(data), tuple(places))


def lettered_places(radiograph: Radiograph) -> tuple[str, ...]:
    """The places along the border with thin strokes that stand out from what lies around them."""
    gray = stretch(fit(radiograph, _SIDE), _PERCENTILES)
    height, width = gray.shape
    down, over = max(1, round(_ROWS * height)), max(1, round(_COLUMNS * width))
    deep, wide = max(1, round(_EDGE * height)), max(1, round(_EDGE * width))
    places = {
        "top left": gray[:down, :over],
        "top": gray[:deep, over : width - over],
        "top right": gray[:down, -over:],
        "left": gray[down : height - down, :wide],
        "right": gray[down : height - down, -wide:],
        "bottom left": gray[-down:, :over],
        "bottom": gray[-deep:, over : width - over],
        "bottom right": gray[-down:, -over:],
    }
    return tuple(name for name, place in places.items() if place.size and _strokes(place) >= _FEWEST)


def _strokes(place: NDArray[np.float32]) -> int:
    """How many pixels differ from the median around them as ink does."""
    picture = Image.fromarray(np.rint(255 * place).astype(np.uint8))
    around = np.asarray(picture.filter(ImageFilter.MedianFilter(_BRUSH)), np.float32) / 255
    return int(np.count_nonzero(np.abs(place - around) > _CONTRAST))


def _declared(data: bytes) -> str:
    if kind_of(data[:HEAD_BYTES]) != "DICOM":
        return ""
    from lightbox_edge.reading.dicom import open_dicom
    from lightbox_edge.reading.dicom_values import text

    return text(open_dicom(data, DEFAULT_LIMITS).dataset, "BurnedInAnnotation").upper()
