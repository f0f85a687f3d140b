"""What the checks look at: a film as it was read, and a thumbnail that every film has alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lightbox_edge.radiograph import Header, Radiograph

SIDE = 32  # of a thumbnail: how a film lies and what it shows is still there, what ails it is not

Gray = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Picture:
    """A film that was fitted to the image encoder's size and not yet stretched.

    Attributes:
        gray: (rows, columns), a share of the brightest value that the file can hold; 0 is air.
        stored_size: (rows, columns) in the file.
        header: its DICOM attributes.
    """

    gray: Gray
    stored_size: tuple[int, int]
    header: Header


def picture(radiograph: Radiograph, fitted: Gray) -> Picture:
    """The picture of a radiograph; ``fitted`` is what `lightbox_edge.preprocess.fit` made of it."""
    brightest = np.float32(np.iinfo(radiograph.pixels.dtype).max)
    return Picture(fitted / brightest, radiograph.stored_size, radiograph.header)


def thumbnail(gray: Gray) -> Gray:
    """The whole film pressed into a square, (SIDE, SIDE), with mean 0 and root mean square 1.

    An inverted film's is the same with its sign turned; a flat picture's is 0.
    """
    small = np.asarray(Image.fromarray(gray).resize((SIDE, SIDE), Image.Resampling.BOX), dtype=np.float32)
    made: Gray = normalised(small[np.newaxis])[0]
    return made


def normalised(thumbnails: Gray) -> Gray:
    """Thumbnails (N, SIDE, SIDE), each with mean 0 and root mean square 1."""
    centred = thumbnails - thumbnails.mean(axis=(1, 2), keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=(1, 2), keepdims=True))
    made: Gray = (centred / np.maximum(spread, 1e-4)).astype(np.float32)
    return made
