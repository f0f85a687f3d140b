"""Reading an array of a bundle: its sizes are held against the bytes that are there before any is made."""

from __future__ import annotations

import io
from math import prod

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray


def float32_array(content: bytes) -> NDArray[np.float32]:
    """The array of a .npy file (NumPy's NEP 1, version 1.0).

    Raises:
        ValueError: it is another format, of another type, or does not fill the file, or a value is
            not finite.
    """
    file = io.BytesIO(content)
    if npy.read_magic(file) != (1, 0):
        raise ValueError("not version 1.0 of the format .npy")
    try:
        shape, is_fortran, dtype = npy.read_array_header_1_0(file)
    except Exception as error:  # it is read as Python, whose tokenizer and parser raise their own
        raise ValueError("the header is none") from error
    data = content[file.tell() :]
    if dtype != np.float32 or min(shape, default=1) < 0 or len(data) != 4 * prod(shape):
        raise ValueError("not the float32 values that its header tells of")
    values = np.frombuffer(data, dtype=np.float32).reshape(shape, order="F" if is_fortran else "C").copy("K")
    if not np.isfinite(values).all():
        raise ValueError("a value is not finite")
    return values
