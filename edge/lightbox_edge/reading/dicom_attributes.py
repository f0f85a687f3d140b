"""The attributes of a DICOM data set that reading needs; a broken value is an absent one."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Final, cast

from lightbox_edge.radiograph import Header
from lightbox_edge.reading.dicom_tables import lookup_table, palette
from lightbox_edge.reading.dicom_values import numbers, text, whole
from lightbox_edge.reading.samples import Layout
from lightbox_edge.reading.windows import Function, Table, Tones, Window

if TYPE_CHECKING:
    from pydicom import Dataset

_SPACING: Final = ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing")
_SMALLEST_MM, _LARGEST_MM = 0.005, 5.0
_FUNCTIONS: Final = ("LINEAR", "LINEAR_EXACT", "SIGMOID")
_MOST_STEPS: Final = 4  # alternatives that a person is offered


def header(dataset: Dataset) -> Header:
    """The attributes that a worklist shows."""
    return Header(**{field.name: text(dataset, field.name) for field in fields(Header)})


def spacing(dataset: Dataset) -> tuple[tuple[float, float] | None, str]:
    """(row, column) distance in mm (PS3.3 10.7.1), in the patient where known, else at the detector.

    Beside it stands the keyword of the attribute that told it.
    """
    for keyword in _SPACING:
        found = numbers(dataset, keyword)
        if len(found) == 2 and all(_SMALLEST_MM <= distance <= _LARGEST_MM for distance in found):
            return (found[0], found[1]), keyword
    return None, ""


def layout(dataset: Dataset, keyword: str, real: int) -> Layout:
    """The Image Pixel module (PS3.3 C.7.6.3); what is absent gets the value that it can only have."""
    samples = whole(dataset, "SamplesPerPixel", 1)
    allocated = real or whole(dataset, "BitsAllocated")
    stored = real or whole(dataset, "BitsStored", allocated)
    _, little = dataset.original_encoding
    words = dataset[keyword].VR == "OW"
    return Layout(
        rows=whole(dataset, "Rows"),
        columns=whole(dataset, "Columns"),
        samples=samples,
        allocated=allocated,
        stored=stored,
        high_bit=whole(dataset, "HighBit", stored - 1),
        signed=whole(dataset, "PixelRepresentation", 0) == 1,
        photometric=text(dataset, "PhotometricInterpretation").upper()
        or ("MONOCHROME2" if samples == 1 else ""),
        planar=samples == 3 and whole(dataset, "PlanarConfiguration", 0) == 1,
        frames=max(1, whole(dataset, "NumberOfFrames", 1)),
        big_endian=not little,
        swapped=not little and words and allocated == 8,
        real=real,
    )


def tones(dataset: Dataset, form: Layout) -> Tones:
    """The modality LUT, VOI LUT, inversion and padding of a picture (PS3.3 C.11.1, C.11.2, C.7.5.1.1.2).

    MONOCHROME1 and the PresentationLUTShape INVERSE say the same thing (C.8.11.3.1.2): either or both
    invert once. Colour pictures have none of these.
    """
    if form.photometric == "PALETTE COLOR":
        table, bits = palette(dataset, form)
        return Tones(bits, voi=_full_range(bits), palette=table)
    if form.samples == 3:
        return Tones(form.stored, voi=_full_range(form.stored))
    return Tones(
        form.real or form.stored,
        form.signed,
        _modality(dataset, form),
        _voi(dataset, form),
        form.photometric == "MONOCHROME1" or text(dataset, "PresentationLUTShape").upper() == "INVERSE",
        None if form.real else _padding(dataset, form),
    )


def _full_range(bits: int) -> Window | None:
    """Colours are shown as they are; up to 8 bits that needs no window, see `Tones`."""
    most = 2**bits - 1
    return Window(most / 2, most, "LINEAR_EXACT") if bits > 8 else None


def _modality(dataset: Dataset, form: Layout) -> tuple[float, float] | Table:
    found = lookup_table(dataset, "ModalityLUTSequence", form)
    if found is not None:
        return found[0]
    slope, intercept = numbers(dataset, "RescaleSlope"), numbers(dataset, "RescaleIntercept")
    return (slope[0] or 1.0, intercept[0]) if slope and intercept else (1.0, 0.0)


def _voi(dataset: Dataset, form: Layout) -> Window | Table | None:
    """The first table or window; several are alternatives (C.11.2.1.1, C.11.2.1.2)."""
    return _table(dataset, form, 0) or _window(dataset, 0)


def voi_steps(dataset: Dataset, form: Layout) -> tuple[tuple[str, Window | Table], ...]:
    """All the file's tables and windows, each with its explanation, which may be empty; the first first."""
    tables = [
        (text(dataset["VOILUTSequence"].value[place], "LUTExplanation"), table)
        for place in range(_MOST_STEPS)
        if (table := _table(dataset, form, place)) is not None
    ]
    told = text(dataset, "WindowCenterWidthExplanation").split("\\")
    windows = [
        (told[place] if place < len(told) else "", _window(dataset, place)) for place in range(_MOST_STEPS)
    ]
    return tuple((name, step) for name, step in (*tables, *windows) if step is not None)[:_MOST_STEPS]


def _table(dataset: Dataset, form: Layout, place: int) -> Table | None:
    found = lookup_table(dataset, "VOILUTSequence", form, place)
    if found is None:
        return None
    entries, bits = found
    return Table(entries.first, entries.entries / (2**bits - 1))


def _window(dataset: Dataset, place: int) -> Window | None:
    centers, widths = numbers(dataset, "WindowCenter"), numbers(dataset, "WindowWidth")
    function = text(dataset, "VOILUTFunction").upper()
    if len(centers) <= place or len(widths) <= place or widths[place] <= 0:
        return None
    how = cast("Function", function) if function in _FUNCTIONS else "LINEAR"
    return Window(centers[place], widths[place], how)


def _padding(dataset: Dataset, form: Layout) -> tuple[int, int] | None:
    """Stored values that stand for no picture (C.7.5.1.1.2), as signed as the pixels are."""
    found = numbers(dataset, "PixelPaddingValue")
    if not found:
        return None
    ends = [int(found[0]), int((numbers(dataset, "PixelPaddingRangeLimit") or found)[0])]
    if form.signed:
        ends = [end - 65536 if end > 32767 else end for end in ends]
    elif form.allocated == 16:
        ends = [end % 65536 for end in ends]
    return min(ends), max(ends)
