"""Lossless and 12-bit JPEG and JPEG-LS, decoded by GDCM, which must be handled with care.

GDCM ends the whole process on some damaged streams, and tells of damage on stderr only. So it is given
streams whose segments are known to be whole, without the optional ones, and what it says is read.
"""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.errors import UnreadableImage
from lightbox_edge.reading.codestream import Codestream, without_remarks
from lightbox_edge.reading.samples import Layout, brightness, signed

_SYNTAX: Final = {
    "JPEG 12 bit": "1.2.840.10008.1.2.4.51",
    "JPEG lossless": "1.2.840.10008.1.2.4.57",
    "JPEG-LS": "1.2.840.10008.1.2.4.80",
}
_DAMAGE: Final = (b"premature end of data segment", b"bad Huffman code", b"Premature end of JPEG file")
_STDERR: Final = 2


def lossless_frame(data: bytes, stream: Codestream, layout: Layout) -> NDArray[Any]:
    """Decode one frame, as `native_frame` returns it.

    Raises:
        UnreadableImage: GDCM found damage in the stream.
    """
    allocated = 8 if stream.precision <= 8 else 16
    decoded = _decoded(without_remarks(data), stream, allocated)
    samples = np.frombuffer(decoded, f"<u{allocated // 8}")
    if layout.samples == 1:
        bits = min(layout.stored, stream.precision)
        return signed(samples.reshape(layout.rows, layout.columns), bits, layout.signed)
    return brightness(samples.reshape(layout.rows, layout.columns, 3), layout.photometric)


def _decoded(data: bytes, stream: Codestream, allocated: int) -> bytes:
    import gdcm  # type: ignore[import-untyped]  # generated bindings without types; loaded for few files

    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(data)
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((stream.columns, stream.rows, 1))
    kind = gdcm.PhotometricInterpretation.GetPIType("MONOCHROME2" if stream.samples == 1 else "RGB")
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(kind))
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(_SYNTAX[stream.coding])))
    depth = (stream.samples, allocated, stream.precision, stream.precision - 1, 0)
    image.SetPixelFormat(gdcm.PixelFormat(*depth))
    image.SetDataElement(element)
    with _stderr_kept() as said:
        text = image.GetBuffer()
    if text is None or any(damage in said.getvalue() for damage in _DAMAGE):
        raise UnreadableImage("The compressed picture is damaged or cut short: copy the file again.")
    decoded: bytes = text.encode("utf-8", "surrogateescape")  # as SWIG hands bytes over
    return decoded


@contextmanager
def _stderr_kept() -> Iterator[io.BytesIO]:
    """Keep what the process writes to stderr in the block; it can be read afterwards."""
    said = io.BytesIO()
    with tempfile.TemporaryFile() as file:
        before = os.dup(_STDERR)
        os.dup2(file.fileno(), _STDERR)
        try:
            yield said
        finally:
            os.dup2(before, _STDERR)
            os.close(before)
            file.seek(0)
            said.write(file.read())
