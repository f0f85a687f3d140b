"""DICOM files, with or without preamble and meta information (PS3.10), read with pydicom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final

import pydicom
from numpy.typing import NDArray
from pydicom.encaps import get_frame
from pydicom.uid import UID

from lightbox_edge.errors import NotJudged, UnreadableImage
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.reading.dicom_attributes import header, layout, spacing, tones, voi_steps
from lightbox_edge.reading.dicom_codecs import compressed_frame
from lightbox_edge.reading.dicom_deflate import inflated
from lightbox_edge.reading.dicom_header import HeaderLine, header_lines
from lightbox_edge.reading.dicom_values import text
from lightbox_edge.reading.frame import Frame
from lightbox_edge.reading.guard import guarded
from lightbox_edge.reading.limits import Limits
from lightbox_edge.reading.samples import Layout, native_frame
from lightbox_edge.reading.windows import Table, Tones, Window, shown

JUDGED: Final = frozenset(("", "CR", "DX", "DR", "RG", "RF", "SC", "OT", "XC"))
"""Values of Modality under which a plain radiograph is found; DR is no DICOM term, and is written."""

_OTHERS: Final = frozenset(
    (
        "AU", "BI", "BMD", "CT", "DG", "DOC", "ECG", "ES", "GM", "HD", "IO", "IVOCT", "IVUS", "KO", "LS",
        "MG", "MR", "NM", "OCT", "OP", "OPT", "PLAN", "PR", "PT", "PX", "REG", "RTDOSE", "RTIMAGE", "RTPLAN",
        "RTSTRUCT", "SEG", "SM", "SR", "US", "XA",
    )
)  # fmt: skip  # defined terms of PS3.3 C.7.3.1.1.1 that a sentence may name

DAMAGED: Final = "The DICOM file is damaged or cut short: copy it again from where it came from."
_PIXELS: Final = {"PixelData": 0, "FloatPixelData": 32, "DoubleFloatPixelData": 64}


@dataclass(frozen=True, slots=True, eq=False)
class DicomFile:
    """A DICOM file that was checked as a whole: where its pixels are, and how they are meant."""

    dataset: pydicom.Dataset
    pixels: bytes
    compressed: bool
    form: Layout
    tones: Tones

    def stored(self, index: int, longer_side: int | None) -> NDArray[Any]:
        """The stored values of one frame, counted from 0; a codec may leave out what is not needed."""
        form = self.form
        if not self.compressed:
            return native_frame(self.pixels, index, form)
        exact = self.tones.padding is not None or form.photometric == "PALETTE COLOR"  # never averaged codes
        return compressed_frame(_fragment(self.dataset, index, form), form, None if exact else longer_side)

    def radiograph(self, stored: NDArray[Any], longer_side: int | None) -> Radiograph:
        """Those values as the file wants them shown first."""
        distance, told_by = spacing(self.dataset)
        pixels = shown(stored, self.tones, longer_side)
        return Radiograph(
            pixels, (self.form.rows, self.form.columns), distance, header(self.dataset), told_by
        )

    def voi_steps(self) -> tuple[tuple[str, Window | Table], ...]:
        """The windows and tables that the file has, by their explanations."""
        return voi_steps(self.dataset, self.form) if self.form.samples == 1 else ()


def read_dicom(data: bytes, longer_side: int | None, limits: Limits) -> Iterator[Frame]:
    """Check the file as a whole, then decode frame by frame; raises what `open_dicom` raises."""
    return _frames(open_dicom(data, limits), longer_side)


def open_dicom(data: bytes, limits: Limits) -> DicomFile:
    """Check the file as a whole.

    Raises:
        NotJudged: its modality is no plain radiograph, or it holds no picture at all.
        UnreadableImage: it is damaged or over a limit; no pixel was decoded.
    """
    with guarded(DAMAGED):
        dataset = pydicom.dcmread(BytesIO(inflated(data, limits)), force=True)
        if not len(dataset) and not dataset.file_meta:
            raise UnreadableImage(DAMAGED)
        _check_meaning(dataset)
        keyword = next(keyword for keyword in _PIXELS if keyword in dataset)
        form = layout(dataset, keyword, _PIXELS[keyword])
        form.check(limits)
        how = tones(dataset, form)
        pixels: bytes = dataset[keyword].value or b""
        if not pixels:
            raise UnreadableImage("The DICOM file's pixel data are empty: copy it again.")
        return DicomFile(dataset, pixels, _is_compressed(dataset, keyword), form, how)


def read_header(data: bytes, limits: Limits) -> tuple[HeaderLine, ...]:
    """The header of a DICOM file of whatever kind, in lines; raises `UnreadableImage`."""
    with guarded(DAMAGED):
        return header_lines(
            pydicom.dcmread(BytesIO(inflated(data, limits)), force=True, stop_before_pixels=True)
        )


def read_identity(data: bytes, limits: Limits) -> tuple[str, str]:
    """SOPClassUID and SOPInstanceUID of a file's data set, empty where absent; raises `UnreadableImage`."""
    with guarded(DAMAGED):
        keywords = ["SOPClassUID", "SOPInstanceUID"]
        file = BytesIO(inflated(data, limits))
        dataset = pydicom.dcmread(file, force=True, stop_before_pixels=True, specific_tags=keywords)
        return text(dataset, keywords[0]), text(dataset, keywords[1])


def _check_meaning(dataset: pydicom.Dataset) -> None:
    modality = text(dataset, "Modality").upper()
    if modality not in JUDGED:
        named = (
            f"Modality {modality}" if modality in _OTHERS else "Its Modality"
        )  # never whatever stands there
        raise NotJudged(f"{named} is no plain radiograph.")
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


def _frames(file: DicomFile, longer_side: int | None) -> Iterator[Frame]:
    for index in range(file.form.frames):
        try:
            with guarded(DAMAGED):
                outcome: Radiograph | UnreadableImage = file.radiograph(
                    file.stored(index, longer_side), longer_side
                )
        except UnreadableImage as error:
            outcome = error
        yield Frame(index + 1 if file.form.frames > 1 else None, outcome)


def _fragment(dataset: pydicom.Dataset, index: int, form: Layout) -> bytes:
    """One compressed frame, joined from its fragments (PS3.5 A.4)."""
    offsets = None
    if "ExtendedOffsetTable" in dataset and "ExtendedOffsetTableLengths" in dataset:
        offsets = (dataset.ExtendedOffsetTable, dataset.ExtendedOffsetTableLengths)
    return get_frame(dataset.PixelData, index, number_of_frames=form.frames, extended_offsets=offsets)
