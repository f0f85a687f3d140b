"""Lookup tables of a DICOM data set: modality, VOI and palette (PS3.3 C.11.1.1, C.11.2.1.1, C.7.6.3.1.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.errors import UnreadableImage
from lightbox_edge.reading.samples import Layout
from lightbox_edge.reading.tones import LUMINANCE
from lightbox_edge.reading.windows import Table

if TYPE_CHECKING:
    from pydicom import Dataset


def lookup_table(dataset: Dataset, keyword: str, form: Layout, place: int = 0) -> tuple[Table, int] | None:
    """A LUT sequence's first item and the bits of its entries, None if absent or broken (C.11.1.1).

    ``place`` asks for another item.
    """
    try:
        item = dataset[keyword].value[place]
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


def palette(dataset: Dataset, form: Layout) -> tuple[Table, int]:
    """Luminance for each stored value, and its bits (C.7.6.3.1.5, C.7.6.3.1.6)."""
    if "SegmentedRedPaletteColorLookupTableData" in dataset:
        raise UnreadableImage("The picture has a segmented palette: export it as PNG or as plain DICOM.")
    sums: NDArray[np.float64] | float = 0.0
    first = bits = 0
    for colour, weight in zip(("Red", "Green", "Blue"), LUMINANCE, strict=True):
        name = f"{colour}PaletteColorLookupTable"
        table, bits = _entries(dataset[name + "Descriptor"].value, dataset[name + "Data"].value, form)
        first = table.first
        sums = sums + weight * table.entries
    return Table(first, np.asarray(sums)), bits
