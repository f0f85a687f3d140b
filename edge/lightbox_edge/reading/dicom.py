"""DICOM files, with or without preamble and meta information (PS3.10), read with pydicom."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

import pydicom
from pydicom.encaps import get_frame
from pydicom.uid import UID

from lightbox_edge.errors import NotJudged, UnreadableImage
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.reading.dicom_attributes import header, layout, spacing, tones
from lightbox_edge.reading.dicom_codecs import compressed_frame
from lightbox_edge.reading.dicom_deflate import inflated
from lightbox_edge.reading.dicom_values import text
from lightbox_edge.reading.frame import Frame
from lightbox_edge.reading.guard import guarded
from lightbox_edge.reading.limits import Limits
from lightbox_edge.reading.samples import Layout, native_frame
from lightbox_edge.reading.windows import Tones, shown

JUDGED: Final = frozenset(("", "CR", "DX", "DR", "RG", "RF", "SC", "OT", "XC"))
"""Values of Modality under which a plain radiograph is found; DR is no DICOM term, and is written."""

_DAMAGED: Final = "The DICOM file is damaged or cut short: copy it again from where it came from."
_PIXELS: Final = {"PixelData": 0, "FloatPixelData": 32, "DoubleFloatPixelData": 64}


def read_dicom(data: bytes, longer_side: int | None, limits: Limits) -> Iterator[Frame]:
    """Check the file as a whole, then decode frame by frame.

    Raises:
        NotJudged: its modality is no plain radiograph, or it holds no picture at all.
        UnreadableImage: it is damaged or over a limit; no pixel was decoded.
    """
    with guarded(_DAMAGED):
        dataset = pydicom.dcmread(BytesIO(inflated(data, limits)), force=True)
        if not len(dataset) and not dataset.file_meta:
            raise UnreadableImage(_DAMAGED)
        _check_meaning(dataset)
        keyword = next(keyword for keyword in _PIXELS if keyword in dataset)
        form = layout(dataset, keyword, _PIXELS[keyword])
        form.check(limits)
        how = tones(dataset, form)
        pixels: bytes = dataset[keyword].value or b""
        if not pixels:
            raise UnreadableImage("The DICOM file's pixel data are empty: copy it again.")
        compressed = _is_compressed(dataset, keyword)
    return _frames(dataset, pixels, compressed, form, how, longer_side)


def _check_meaning(dataset: pydicom.Dataset) -> None:
    modality = text(dataset, "Modality").upper()
    if modality not in JUDGED:
        raise NotJudged(f"Modality {modality} is no plain radiograph.")
    if not any(keyword in dataset for keyword in _PIXELS):
        name = _class_name(dataset)
        if "Rows" in dataset or "Image Storage" in name:
            raise UnreadableImage("The DICOM file ends before its pixel data: copy it again.")
        raise NotJudged(f"The file is a DICOM {name} and holds no picture.")


def _class_name(dataset: pydicom.Dataset) -> str:
    uid = text(dataset, "SOPClassUID") or text(dataset.file_meta, "MediaStorageSOPClassUID")
    name = UID(uid).name
    return "object of an unknown class" if not name or name == uid else name


def _is_compressed(dataset: pydicom.Dataset, keyword: str) -> bool:
    """Whether the pixel data are in fragments; the file's structure counts more than its label."""
    if dataset[keyword].is_undefined_length:
        return True
    syntax = UID(text(dataset.file_meta, "TransferSyntaxUID"))
    return syntax.is_transfer_syntax and not syntax.is_private and syntax.is_encapsulated


def _frames(
    dataset: pydicom.Dataset,
    pixels: bytes,
    compressed: bool,
    form: Layout,
    how: Tones,
    longer_side: int | None,
) -> Iterator[Frame]:
    distance, told_by = spacing(dataset)
    about: dict[str, Any] = {
        "stored_size": (form.rows, form.columns),
        "spacing": distance,
        "spacing_from": told_by,
        "header": header(dataset),
    }
    exact = how.padding is not None or form.photometric == "PALETTE COLOR"  # codes must not be averaged
    for index in range(form.frames):
        try:
            with guarded(_DAMAGED):
                if compressed:
                    stored = compressed_frame(
                        _fragment(dataset, index, form), form, None if exact else longer_side
                    )
                else:
                    stored = native_frame(pixels, index, form)
                outcome: Radiograph | UnreadableImage = Radiograph(shown(stored, how, longer_side), **about)
        except UnreadableImage as error:
            outcome = error
        yield Frame(index + 1 if form.frames > 1 else None, outcome)


def _fragment(dataset: pydicom.Dataset, index: int, form: Layout) -> bytes:
    """One compressed frame, joined from its fragments (PS3.5 A.4)."""
    offsets = None
    if "ExtendedOffsetTable" in dataset and "ExtendedOffsetTableLengths" in dataset:
        offsets = (dataset.ExtendedOffsetTable, dataset.ExtendedOffsetTableLengths)
    return get_frame(dataset.PixelData, index, number_of_frames=form.frames, extended_offsets=offsets)
