"""From the bytes of one file to its frames."""

from __future__ import annotations

from collections.abc import Iterator

from lightbox_edge.reading.frame import Frame
from lightbox_edge.reading.kinds import HEAD_BYTES, kind_of
from lightbox_edge.reading.limits import DEFAULT_LIMITS, Limits


def read_frames(
    data: bytes, longer_side: int | None = None, limits: Limits = DEFAULT_LIMITS
) -> Iterator[Frame]:
    """Read the file whose bytes are ``data``, told by its content and decoded frame by frame.

    Not for two threads at once: what decoders change for their process is put back after each frame.

    Args:
        data: the whole file.
        longer_side: what the caller needs. A larger picture may come reduced, its longer side never
            below this; None decodes every pixel. `Radiograph.stored_size` stays the file's own.
        limits: checked before anything is decoded.

    Returns:
        One frame after another; a frame that cannot be decoded carries its error and does not stop the
        others. A file's own errors are raised by this call, before the first frame.

    Raises:
        NotAnImage: the file is no image.
        NotJudged: it is a DICOM file that is no plain radiograph, or holds no picture.
        UnreadableImage: it is damaged as a whole, over a limit, or in a format that Lightbox does not
            read. The message is one sentence, and nothing but a `LightboxError` is ever raised.
    """
    kind = kind_of(data[:HEAD_BYTES])
    # Imported here: listing and counting files must not wait for decoders.
    if kind == "DICOM":
        from lightbox_edge.reading.dicom import read_dicom

        return read_dicom(data, longer_side, limits)
    from lightbox_edge.reading.pictures import read_pictures

    return read_pictures(data, kind, longer_side, limits)
