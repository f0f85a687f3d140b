"""A DICOM header for people: every attribute in a line of plain text, without what fills pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lightbox_edge.printable import plain_line

if TYPE_CHECKING:
    from pydicom import Dataset

_BULK: Final = frozenset(("OB", "OD", "OF", "OL", "OV", "OW", "UN"))
_LONGEST: Final = 200  # letters of a value
_MOST: Final = 2000  # lines of a header
_DEEPEST: Final = 8  # sequences in sequences


@dataclass(frozen=True, slots=True)
class HeaderLine:
    """One attribute: its tag ``(0010,0020)``, its name, its value in plain text.

    ``depth`` counts the sequences that it lies in.
    """

    tag: str
    name: str
    value: str
    depth: int = 0


def header_lines(dataset: Dataset) -> tuple[HeaderLine, ...]:
    """The lines of a data set, those of its file's meta information first."""
    lines: list[HeaderLine] = []
    for part in (getattr(dataset, "file_meta", None), dataset):
        for line in _lines(part, 0) if part is not None else ():
            if len(lines) == _MOST:
                return (*lines, HeaderLine("", "...", f"more than {_MOST} lines"))
            lines.append(line)
    return tuple(lines)


def _lines(dataset: Dataset, depth: int) -> Iterator[HeaderLine]:
    for tag in sorted(dataset.keys()):
        try:
            element: Any = dataset[tag]
        except Exception:  # pydicom converts a value when it is asked for, and fails in many ways
            yield HeaderLine(_tag(tag), "", "(broken)", depth)
            continue
        if element.VR == "SQ":
            yield HeaderLine(_tag(tag), element.name, f"{len(element.value)} items", depth)
            for item in element.value if depth < _DEEPEST else ():
                yield from _lines(item, depth + 1)
        else:
            yield HeaderLine(_tag(tag), element.name, _value(element), depth)


def _tag(tag: Any) -> str:
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def _value(element: Any) -> str:
    value = element.value
    if element.VR in _BULK or isinstance(value, bytes):
        return f"({len(value or b'')} bytes)"
    many = value if hasattr(value, "insert") else (value,)
    if len(many) > 64:
        return f"({len(many)} values)"
    return plain_line("\\".join("" if part is None else str(part) for part in many), _LONGEST)
