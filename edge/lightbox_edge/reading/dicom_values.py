"""Single values out of a DICOM data set; a broken value is an absent one and never an exception."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from lightbox_edge.errors import UnreadableImage
from lightbox_edge.printable import plain_line

if TYPE_CHECKING:
    from pydicom import Dataset

_LONGEST_TEXT: Final = 64


def text(dataset: Dataset, keyword: str) -> str:
    """The value as one line of at most 64 characters, values of a list joined with a backslash."""
    value = _value(dataset, keyword)
    parts = value if isinstance(value, list | tuple) or hasattr(value, "insert") else (value,)
    return plain_line("\\".join("" if part is None else str(part) for part in parts), _LONGEST_TEXT)


def numbers(dataset: Dataset, keyword: str) -> list[float]:
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


def whole(dataset: Dataset, keyword: str, absent: int | None = None) -> int:
    if keyword not in dataset and absent is not None:
        return absent
    found = numbers(dataset, keyword)
    if found:
        return int(found[0])
    if absent is None or text(dataset, keyword):
        raise UnreadableImage(f"The DICOM file gives no usable {keyword}, without which it cannot be read.")
    return absent


def _value(dataset: Dataset, keyword: str) -> Any:
    try:
        return dataset.get(keyword)
    except Exception:  # pydicom converts a value when it is asked for, and fails in many ways
        return None
