"""From a radiograph to the tensor that an image encoder takes; used by export, quantize and edge alike."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lightbox_edge.manifest import Corners, Preprocessing
from lightbox_edge.radiograph import Radiograph

# A decoder reduces by powers of two and leaves at least this many times the network's input, up to twice
# as many; the rest is done here, with an anti-aliasing filter, whatever the file format was.
OVERSAMPLING = 1.5


def decode_size(preprocessing: Preprocessing) -> int:
    """The longer side in pixels under which a decoder must not reduce a picture."""
    return round(OVERSAMPLING * preprocessing.input_size)


def preprocess(radiograph: Radiograph, how: Preprocessing) -> NDArray[np.float32]:
    """Fit, stretch, pad and normalise one radiograph.

    The longer side becomes ``input_size`` (Pillow's anti-aliased bicubic filter), gray values are
    stretched so that the two ``percentiles`` inside the ``border`` become 0 and 1, letters in
    the ``corners`` are taken away, the shorter side is padded with 0 on both ends, and the result is
    ``(x - mean) / std``.

    Returns:
        (1, input_size, input_size), float32.
    """
    return normalise(fit(radiograph, how.input_size), how)


def normalise(fitted: NDArray[np.float32], how: Preprocessing) -> NDArray[np.float32]:
    """The second half of `preprocess`, from what `fit` gave."""
    gray = stretch(fitted, how.percentiles, how.border)
    square = pad(without_letters(gray, how.corners), how.input_size)
    return ((square - np.float32(how.mean)) / np.float32(how.std))[np.newaxis]


def fit(radiograph: Radiograph, longer_side: int) -> NDArray[np.float32]:
    """Resize so that the longer side is ``longer_side`` pixels; (rows, columns), float32, same units.

    A picture that a decoder reduced by a whole number may have a last row and column that stand for
    fewer stored pixels; the resize takes only their share, so that every format gives the same picture.
    """
    rows, columns = radiograph.stored_size
    fitted_rows, fitted_columns = fitted_size(radiograph.stored_size, longer_side)
    reduced_rows, reduced_columns = radiograph.pixels.shape
    reduction = max(1, round(max(rows, columns) / max(reduced_rows, reduced_columns)))
    box = (0, 0, min(columns / reduction, reduced_columns), min(rows / reduction, reduced_rows))
    picture = Image.fromarray(radiograph.pixels.astype(np.float32))
    resized = picture.resize((fitted_columns, fitted_rows), Image.Resampling.BICUBIC, box, reducing_gap=2.0)
    return np.asarray(resized, dtype=np.float32)


def fitted_size(size: tuple[int, int], longer_side: int) -> tuple[int, int]:
    """(rows, columns) of a picture once its longer side is ``longer_side`` pixels."""
    rows, columns = size
    scale = longer_side / max(rows, columns)
    return max(1, round(rows * scale)), max(1, round(columns * scale))


def stretch(
    gray: NDArray[np.float32], percentiles: tuple[float, float], border: float = 0.0
) -> NDArray[np.float32]:
    """Map the two percentiles of ``gray`` to 0 and 1 and clip; a flat picture becomes all 0.

    Percentiles are those of what lies inside a ``border``, a share of each side: letters burned into a
    corner would otherwise darken the lungs.
    """
    rows, columns = (int(border * side) for side in gray.shape)
    low, high = np.percentile(gray[rows : len(gray) - rows, columns : gray.shape[1] - columns], percentiles)
    if high <= low:
        return np.zeros_like(gray)
    stretched: NDArray[np.float32] = np.clip((gray - np.float32(low)) / np.float32(high - low), 0, 1)
    return stretched


def without_letters(gray: NDArray[np.float32], corners: Corners | None) -> NDArray[np.float32]:
    """The same film with each corner reduced to the medians of blocks, resized bicubically.

    Letters seldom fill half of a block, so its median is the film behind them; what is large there, such as
    fluid in an angle, stays. On a film too small for two corners beside each other they are smaller.
    """
    if corners is None:
        return gray
    side = corners.block
    rows, columns = (
        min(wanted, have // (2 * side))
        for wanted, have in zip((corners.rows, corners.columns), gray.shape, strict=True)
    )
    if not rows or not columns:
        return gray
    film, down, over = gray.copy(), rows * side, columns * side
    for top, left in product((0, len(film) - down), (0, film.shape[1] - over)):
        corner = film[top : top + down, left : left + over]
        blocks = corner.reshape(rows, side, columns, side).swapaxes(1, 2).reshape(rows, columns, -1)
        medians = Image.fromarray(np.median(blocks, axis=-1).astype(np.float32))
        corner[:] = np.asarray(medians.resize((over, down), Image.Resampling.BICUBIC))
    return np.clip(film, 0, 1)


def pad(gray: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Centre ``gray`` on a black square of ``side`` by ``side`` pixels."""
    rows, columns = gray.shape
    square = np.zeros((side, side), dtype=np.float32)
    top, left = (side - rows) // 2, (side - columns) // 2
    square[top : top + rows, left : left + columns] = gray
    return square


def film_in_square(side: int, input_size: int, size: tuple[int, int]) -> tuple[float, float, float, float]:
    """Where `pad` puts a film of that stored size: (left, top, right, bottom) if the square had ``side``."""
    rows, columns = fitted_size(size, input_size)
    top, left = (input_size - rows) // 2, (input_size - columns) // 2
    share = side / input_size
    return left * share, top * share, (left + columns) * share, (top + rows) * share
