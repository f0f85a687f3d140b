"""Decode no more pixels than are needed, where the format allows to leave some out."""

from __future__ import annotations

import io
from typing import Final

import numpy as np
from PIL import Image

from lightbox_edge.reading.tones import factor

_JPEG: Final = frozenset(("JPEG", "MPO"))
_END: Final = b"\xff\xd9"
_TAIL_BYTES: Final = 16


def loaded(image: Image.Image, data: bytes, longer_side: int | None) -> Image.Image:
    """Decode ``image``, which was opened from ``data``, no larger than ``longer_side`` needs.

    A JPEG's blocks are scaled by 1/2, 1/4 or 1/8 as they are decoded, and its colours left out; of a
    JPEG 2000 the finest resolution levels are left out. Its longer side stays at or above ``longer_side``.
    """
    if longer_side and image.format in _JPEG:
        columns, rows = image.size
        longest = max(columns, rows, longer_side)
        image.draft("L", (-(-columns * longer_side // longest), -(-rows * longer_side // longest)))
    elif image.format == "JPEG2000":
        return jpeg2000(data, longer_side)
    image.load()
    return image


def jpeg2000(data: bytes, longer_side: int | None) -> Image.Image:
    """Decode a JPEG 2000 file or codestream, HTJ2K included, without the levels that are not needed.

    A stream may have fewer levels than could be left out, which fails at once. One without its end is
    decoded whole: its coarse levels may be there, and only the whole shows that the rest is not.
    """
    if not data[-_TAIL_BYTES:].rstrip(b"\0").endswith(_END):
        longer_side = None
    left_out = None
    while left_out != 0:
        image = Image.open(io.BytesIO(data), formats=("JPEG2000",))
        left_out = factor(image.size, longer_side).bit_length() - 1 if left_out is None else left_out - 1
        image.reduce = left_out  # type: ignore[method-assign,assignment]  # the plugin's property hides a method
        try:
            image.load()
        except (OSError, ValueError):  # ValueError: that level is narrower than a pixel
            if left_out == 0:
                raise
        else:
            break
    return _centred(image, 2**left_out) if left_out else image


def _centred(image: Image.Image, reduction: int) -> Image.Image:
    """Move the samples of a coarse wavelet level to the centres of the blocks that they stand for.

    A coarse sample lies on the first stored pixel of its block (ISO/IEC 15444-1, Annex F); without this
    the picture would sit up to half a pixel off the same film in another format. Linear between two
    neighbours, the border repeated: its slight blur also takes back what a wavelet's low band is sharper
    than the average of a block (at the network's finest detail, 5 % of amplitude for one level).
    """
    t = np.float32(0.5 - 0.5 / reduction)
    stored = np.asarray(image)
    values = stored.astype(np.float32)
    values[:-1] += t * (values[1:] - values[:-1])
    values[:, :-1] += t * (values[:, 1:] - values[:, :-1])
    span = np.iinfo(stored.dtype)
    return Image.fromarray(np.rint(np.clip(values, span.min, span.max)).astype(stored.dtype))
