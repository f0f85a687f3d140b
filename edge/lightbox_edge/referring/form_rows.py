"""The rows of a form as spreadsheets write them: CSV in UTF-8, with commas, semicolons or tabs."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lightbox_edge.errors import LightboxError
from lightbox_edge.spreadsheet import SEPARATORS, plain

COLUMNS: Final = ("referral", "film", "file", "reader", "answer", "seen", "note")
_NEEDED: Final = tuple(one for one in COLUMNS if one != "file")


@dataclass(frozen=True, slots=True)
class FormRow:
    """The cells of a row by their columns, and how to name it."""

    where: str
    line: int
    cells: Mapping[str, str]


def form_rows(name: Path, content: bytes) -> list[FormRow]:
    """The rows of a form; the first names the columns.

    Raises:
        LightboxError: it is no text, no CSV, or lacks a column.
    """
    text = _text(name, content)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(name, text), strict=True)
    try:
        header, *filled = [(lines.line_num, cells) for cells in lines if any(map(str.strip, cells))]
    except csv.Error as error:
        raise LightboxError(f"{name}, line {lines.line_num}, is no CSV: {error}.") from error
    columns = [plain(cell) for cell in header[1]]
    if sorted({*_NEEDED} & {*columns}) != sorted(one for one in columns if one in _NEEDED):
        raise LightboxError(f"{name} has two columns of one name: keep one of them.")
    if not {*_NEEDED} <= {*columns}:
        raise _no_form(name)
    rows = []
    for line, cells in filled:
        if len(cells) != len(columns):
            raise LightboxError(
                f"{name}, line {line}, has {len(cells)} cells and the header has {len(columns)}: quote a "
                "cell that holds a separator."
            )
        by_column = dict(zip(columns, map(_unquoted, cells), strict=True))
        rows.append(FormRow(f"{name}, line {line}", line, by_column))
    return rows


def _text(name: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LightboxError(f"{name} is no text in UTF-8: save the form again as CSV UTF-8.") from error


def _separator(name: Path, text: str) -> str:
    """The one that makes all columns of the first line."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    for separator in SEPARATORS:
        if {*_NEEDED} <= {plain(cell.strip().strip('"')) for cell in first.split(separator)}:
            return separator
    raise _no_form(name)


def _no_form(name: Path) -> LightboxError:
    return LightboxError(
        f"{name} is no form of a referral: its first line must name the columns {', '.join(_NEEDED)}."
    )


def _unquoted(cell: str) -> str:
    """A cell without the apostrophe that stands before what a spreadsheet would take for a formula."""
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@") else cell
