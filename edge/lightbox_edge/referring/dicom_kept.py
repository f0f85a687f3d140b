"""Copies what may travel from one DICOM data set into another, value by value."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lightbox_edge.referring.kept_attributes import NUMBERS, PALETTES, TABLES, TERMS, is_number, known_terms
from lightbox_edge.referring.profile import is_named

if TYPE_CHECKING:
    from pydicom import DataElement, Dataset


def copy_kept(film: Dataset, made: Dataset) -> None:
    """Copy the single values that may stay."""
    for keyword in (*NUMBERS, *TERMS):
        _copy(film, made, keyword)


def add(made: Dataset, element: DataElement, value: object) -> None:
    """Give a data set an attribute of another one with a value of its own."""
    made.add_new(element.tag, element.VR, value)


def _copy(film: Dataset, made: Dataset, keyword: str) -> None:
    """Copy an attribute that may stay, as far as its values are what they should be."""
    try:
        element: Any = film[keyword]
        values = [element.value] if element.VM <= 1 else list(element.value)
    except Exception:  # absent, or broken: pydicom converts a value when it is asked for
        return
    if is_named(element.tag.group, element.tag.element):
        return
    if keyword in NUMBERS:
        kept = values if all(map(is_number, values)) else []
    else:
        kept = known_terms(keyword, values)
    if kept:
        add(made, element, kept if len(kept) > 1 else kept[0])


def copy_tables(film: Dataset, made: Dataset, empty: Callable[[], Dataset]) -> None:
    """Copy the lookup tables; ``empty`` makes the items of a sequence."""
    for keyword in TABLES:
        items = [item for one in film.get(keyword) or () if (item := _table(one, empty))]
        if items:
            setattr(made, keyword, items)
    for name in PALETTES:
        if f"{name}Descriptor" in made and f"{name}Data" in film:
            _copy_entries(film, made, name + "Descriptor", name + "Data")


def _table(item: Dataset, empty: Callable[[], Dataset]) -> Dataset | None:
    made = empty()
    _copy_descriptor(item, made)
    if "LUTDescriptor" not in made or "LUTData" not in item:
        return None
    _copy_entries(item, made, "LUTDescriptor", "LUTData")
    if "ModalityLUTType" in item:
        made.ModalityLUTType = "US"  # unspecified
    return made


def _copy_descriptor(item: Dataset, made: Dataset) -> None:
    element = item.get("LUTDescriptor") and item["LUTDescriptor"]
    if element and len(element.value) == 3 and all(map(is_number, element.value)):
        add(made, element, list(element.value))


def _copy_entries(film: Dataset, made: Dataset, descriptor: str, keyword: str) -> None:
    """As many entries as are told, and not what stands behind them."""
    count = int(made[descriptor].value[0]) or 65536
    element = film[keyword]
    entries = element.value
    if isinstance(entries, bytes):  # one byte an entry, or two
        add(made, element, entries[: count + count % 2 if len(entries) <= count + 1 else 2 * count])
    elif all(map(is_number, entries)):
        add(made, element, list(entries[:count]))
