"""Uncompressed and decompressed DICOM pixels as arrays of samples (PS3.5 8.1, PS3.3 C.7.6.3)."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.errors import UnreadableImage
from lightbox_edge.reading.limits import Limits
from lightbox_edge.reading.tones import luminance

_ALLOCATED: Final = (1, 8, 16, 32)
_PHOTOMETRIC: Final = {
    1: frozenset(("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR")),
    3: frozenset(
        (
            "RGB",
            "YBR_FULL",
            "YBR_FULL_422",
            "YBR_PARTIAL_420",
            "YBR_PARTIAL_422",
            "YBR_ICT",
            "YBR_RCT",
        )
    ),
}


@dataclass(frozen=True, slots=True)
class Layout:
    """How a DICOM file says that its pixels are laid out, by DICOM's keywords in lower case.

    ``real`` is 32 or 64 for Float or Double Float Pixel Data, else 0; ``swapped`` marks 8-bit pixels
    that an old big endian file stores as 16-bit words.
    """

    rows: int
    columns: int
    samples: int
    allocated: int
    stored: int
    high_bit: int
    signed: bool
    photometric: str
    planar: bool
    frames: int
    big_endian: bool = False
    swapped: bool = False
    real: int = 0

    def check(self, limits: Limits) -> None:
        """Refuse what is over a limit or makes no sense, in one sentence."""
        pixels = self.rows * self.columns
        if pixels <= 0:
            raise UnreadableImage("The DICOM file says that its picture has no rows or no columns.")
        if pixels > limits.pixels:
            raise UnreadableImage(
                f"The picture has {self.rows} x {self.columns} pixels, "
                f"and Lightbox reads up to {limits.pixels / 1e6:g} million."
            )
        if self.frames > limits.frames:
            raise UnreadableImage(
                f"The file has {self.frames} frames and Lightbox reads up to {limits.frames}."
            )
        if self.samples not in _PHOTOMETRIC or self.photometric not in _PHOTOMETRIC[self.samples]:
            known = any(self.photometric in names for names in _PHOTOMETRIC.values())
            what = self.photometric if known else "no PhotometricInterpretation that there is"
            raise UnreadableImage(
                f"The picture has {self.samples} samples a pixel and {what}, which do not fit."
            )
        if not self.real and (self.allocated not in _ALLOCATED or not 1 <= self.stored <= self.allocated):
            raise UnreadableImage(f"The picture stores {self.stored} of {self.allocated} bits a sample.")
        if not self.real and self.high_bit != self.stored - 1:
            raise UnreadableImage(
                f"The picture's {self.stored} bits end at bit {self.high_bit}, a retired layout."
            )

    @property
    def frame_bits(self) -> int:
        """Length of one uncompressed frame in bits."""
        shared = self.photometric == "YBR_FULL_422"
        samples = 2 if shared else self.samples
        return self.rows * self.columns * samples * (self.real or self.allocated)


def native_frame(data: bytes, index: int, layout: Layout) -> NDArray[Any]:
    """Cut frame ``index`` out of uncompressed pixel data.

    Returns:
        (rows, columns) stored values, sign and unused bits resolved; or the luminance of a colour
        picture, float32, 0 to 2**stored - 1.

    Raises:
        UnreadableImage: ``data`` ends before the frame does.
    """
    first = index * layout.frame_bits
    if len(data) * 8 < first + layout.frame_bits:
        raise UnreadableImage(
            f"The pixel data are cut short: {len(data)} bytes where "
            f"{ceil(layout.frames * layout.frame_bits / 8)} belong; copy the file again."
        )
    order = ">" if layout.big_endian else "<"
    if layout.real:
        dtype = np.dtype(f"{order}f{layout.real // 8}")
        count = layout.rows * layout.columns
        values: NDArray[Any] = np.frombuffer(data, dtype, count, first // 8)
        return values.reshape(layout.rows, layout.columns)
    if layout.allocated == 1:
        chunk = np.frombuffer(data, np.uint8, ceil((first + layout.frame_bits) / 8) - first // 8, first // 8)
        bits = np.unpackbits(chunk, bitorder="little")
        return bits[first % 8 :][: layout.frame_bits].reshape(layout.rows, layout.columns)
    if layout.swapped:
        data = np.frombuffer(data, np.uint16, len(data) // 2).byteswap().tobytes()
    item = layout.allocated // 8
    samples = np.frombuffer(data, f"{order}u{item}", layout.frame_bits // layout.allocated, first // 8)
    if layout.photometric == "YBR_FULL_422":  # Y1 Y2 B R for each two pixels
        pairs = samples.reshape(-1, 4)[:, :2]
        return np.ascontiguousarray(pairs).reshape(layout.rows, layout.columns).astype(np.float32)
    return arranged(samples, layout)


def arranged(samples: NDArray[Any], layout: Layout) -> NDArray[Any]:
    """Bring one frame's unsigned samples, in file order, into the form that `native_frame` returns."""
    shape = (layout.rows, layout.columns)
    if layout.samples == 1:
        return signed(samples.reshape(shape), layout.stored, layout.signed)
    colours = np.moveaxis(samples.reshape(3, *shape), 0, -1) if layout.planar else samples.reshape(*shape, 3)
    return brightness(colours, layout.photometric)


def brightness(colours: NDArray[Any], photometric: str) -> NDArray[np.float32]:
    """Luminance of (rows, columns, 3); of the YBR kinds it is the first sample (C.7.6.3.1.2)."""
    decoded = photometric in ("RGB", "YBR_ICT", "YBR_RCT")  # a JPEG 2000 decoder undoes the last two
    if decoded:
        return luminance(
            colours.astype(np.float32) if colours.dtype.itemsize < 4 else colours.astype(np.float64)
        )
    return colours[..., 0].astype(np.float32)


def signed(values: NDArray[Any], bits: int, is_signed: bool) -> NDArray[Any]:
    """Keep the lower ``bits`` of unsigned integers and give them their sign (PS3.5 8.1.1)."""
    size = 8 * values.dtype.itemsize
    native = values.astype(values.dtype.newbyteorder("="), copy=False)
    if not is_signed:
        return native if bits == size else native & native.dtype.type((1 << bits) - 1)
    shifted = native << native.dtype.type(size - bits)
    return np.asarray(shifted.view(f"i{values.dtype.itemsize}") >> (size - bits))
