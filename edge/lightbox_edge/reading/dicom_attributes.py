"""The attributes of a DICOM data set that reading needs; a broken value is an absent one."""

from __future__ import annotations

from dataclasses import fields
from math import isfinite
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.errors import UnreadableImage
from lightbox_edge.radiograph import Header
from lightbox_edge.reading.samples import Layout
from lightbox_edge.reading.tones import LUMINANCE
from lightbox_edge.reading.windows import Function, Table, Tones, Window

if TYPE_CHECKING:
    from pydicom import Dataset

_LONGEST_TEXT: Final = 64
_SPACING: Final = ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing")
_SMALLEST_MM, _LARGEST_MM = 0.005, 5.0
_FUNCTIONS: Final = ("LINEAR", "LINEAR_EXACT", "SIGMOID")


def text(dataset: Dataset, keyword: str) -> str:
    """The value as one line of at most 64 characters, values of a list joined with a backslash."""
    value = _value(dataset, keyword)
    parts = value if isinstance(value, list | tuple) or hasattr(value, "insert") else (value,)
    line = "\\".join("" if part is None else str(part) for part in parts)
    printable = "".join(character if character.isprintable() else " " for character in line)
    return " ".join(printable.split())[:_LONGEST_TEXT]


def header(dataset: Dataset) -> Header:
    """The attributes that a worklist shows."""
    return Header(**{field.name: text(dataset, field.name) for field in fields(Header)})


def spacing(dataset: Dataset) -> tuple[float, float] | None:
    """(row, column) distance in mm (PS3.3 10.7.1), in the patient where known, else at the detector."""
    for keyword in _SPACING:
        found = _numbers(dataset, keyword)
        if len(found) == 2 and all(_SMALLEST_MM <= distance <= _LARGEST_MM for distance in found):
            return found[0], found[1]
    return None


def layout(dataset: Dataset, keyword: str, real: int) -> Layout:
    """The Image Pixel module (PS3.3 C.7.6.3); what is absent gets the value that it can only have."""
    samples = _whole(dataset, "SamplesPerPixel", 1)
    allocated = real or _whole(dataset, "BitsAllocated")
    stored = real or _whole(dataset, "BitsStored", allocated)
    _, little = dataset.original_encoding
    words = dataset[keyword].VR == "OW"
    return Layout(
        rows=_whole(dataset, "Rows"),
        columns=_whole(dataset, "Columns"),
        samples=samples,
        allocated=allocated,
        stored=stored,
        high_bit=_whole(dataset, "HighBit", stored - 1),
        signed=_whole(dataset, "PixelRepresentation", 0) == 1,
        photometric=text(dataset, "PhotometricInterpretation").upper()
        or ("MONOCHROME2" if samples == 1 else ""),
        planar=samples == 3 and _whole(dataset, "PlanarConfiguration", 0) == 1,
        frames=max(1, _whole(dataset, "NumberOfFrames", 1)),
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
        table, bits = _palette(dataset, form)
        return Tones(16 if bits > 8 else 8, modality=table, voi=Window(0.5, 1, "LINEAR_EXACT"))
    if form.samples == 3:
        return Tones(form.stored, voi=_full_range(form) if form.stored > 8 else None)
    return Tones(
        form.real or form.stored,
        form.signed,
        _modality(dataset, form),
        _voi(dataset, form),
        form.photometric == "MONOCHROME1" or text(dataset, "PresentationLUTShape").upper() == "INVERSE",
        None if form.real else _padding(dataset, form),
    )


def _full_range(form: Layout) -> Window:
    most = 2**form.stored - 1
    return Window(most / 2, most, "LINEAR_EXACT")


def _modality(dataset: Dataset, form: Layout) -> tuple[float, float] | Table:
    table = _table(dataset, "ModalityLUTSequence", form)
    if table is not None:
        return table[0]
    slope, intercept = _numbers(dataset, "RescaleSlope"), _numbers(dataset, "RescaleIntercept")
    return (slope[0] or 1.0, intercept[0]) if slope and intercept else (1.0, 0.0)


def _voi(dataset: Dataset, form: Layout) -> Window | Table | None:
    """The first table or window; several are alternatives (C.11.2.1.1, C.11.2.1.2)."""
    table = _table(dataset, "VOILUTSequence", form)
    if table is not None:
        found, bits = table
        return Table(found.first, found.entries / (2**bits - 1))
    center, width = _numbers(dataset, "WindowCenter"), _numbers(dataset, "WindowWidth")
    function = text(dataset, "VOILUTFunction").upper()
    if not center or not width or width[0] <= 0:
        return None
    return Window(center[0], width[0], cast("Function", function) if function in _FUNCTIONS else "LINEAR")


def _table(dataset: Dataset, keyword: str, form: Layout) -> tuple[Table, int] | None:
    """A LUT sequence's first item and the bits of its entries, None if absent or broken (C.11.1.1)."""
    try:
        item = dataset[keyword].value[0]
        return _entries(item["LUTDescriptor"].value, item["LUTData"].value, form)
    except Exception:  # whatever pydicom makes of a broken sequence
        return None


def _entries(descriptor: Any, data: Any, form: Layout) -> tuple[Table, int]:
    """Entries as bytes, words or numbers; a table that is deeper than it says is believed, not cut."""
    count, first, bits = int(descriptor[0]) or 65536, int(descriptor[1]), int(descriptor[2])
    if form.signed and first > 32767:
        first -= 65536
    if isinstance(data, bytes):
        order = ">" if form.big_endian else "<"
        entries = np.frombuffer(data, np.uint8 if len(data) <= count + 1 else f"{order}u2")
        if entries.dtype.itemsize == 1 and form.big_endian:  # packed into words, which are swapped
            entries = entries.reshape(-1, 2)[:, ::-1].reshape(-1)
    else:
        entries = np.asarray(data)
    used = entries[:count].astype(np.float64)
    if not 1 <= bits <= 16 or used.size == 0:
        raise ValueError
    return Table(first, used), (16 if used.max() > 2**bits - 1 else bits)


def _palette(dataset: Dataset, form: Layout) -> tuple[Table, int]:
    """Luminance of the palette, 0 to 1, for each stored value (C.7.6.3.1.5, C.7.6.3.1.6)."""
    if "SegmentedRedPaletteColorLookupTableData" in dataset:
        raise UnreadableImage("The picture has a segmented palette: export it as PNG or as plain DICOM.")
    sums: NDArray[np.float64] | float = 0.0
    first = bits = 0
    for colour, weight in zip(("Red", "Green", "Blue"), LUMINANCE, strict=True):
        name = f"{colour}PaletteColorLookupTable"
        table, bits = _entries(dataset[name + "Descriptor"].value, dataset[name + "Data"].value, form)
        first = table.first
        sums = sums + weight * table.entries / (2**bits - 1)
    return Table(first, np.asarray(sums)), bits


def _padding(dataset: Dataset, form: Layout) -> tuple[int, int] | None:
    """Stored values that stand for no picture (C.7.5.1.1.2), as signed as the pixels are."""
    found = _numbers(dataset, "PixelPaddingValue")
    if not found:
        return None
    ends = [int(found[0]), int((_numbers(dataset, "PixelPaddingRangeLimit") or found)[0])]
    if form.signed:
        ends = [end - 65536 if end > 32767 else end for end in ends]
    elif form.allocated == 16:
        ends = [end % 65536 for end in ends]
    return min(ends), max(ends)


def _value(dataset: Dataset, keyword: str) -> Any:
    try:
        return dataset.get(keyword)
    except Exception:  # pydicom converts a value when it is asked for, and fails in many ways
        return None


def _numbers(dataset: Dataset, keyword: str) -> list[float]:
    """The finite numbers of an attribute, as far as the first that is none."""
    try:
        value = dataset.get(keyword)
        if value is None:
            return []
        values = [value] if isinstance(value, int | float | str) else list(value)
        found = [float(item) for item in values]
    except Exception:  # as above
        return []
    return found if all(isfinite(number) for number in found) else []


def _whole(dataset: Dataset, keyword: str, absent: int | None = None) -> int:
    if keyword not in dataset and absent is not None:
        return absent
    found = _numbers(dataset, keyword)
    if found:
        return int(found[0])
    if absent is None or text(dataset, keyword):
        raise UnreadableImage(f"The DICOM file gives no usable {keyword}, without which it cannot be read.")
    return absent
