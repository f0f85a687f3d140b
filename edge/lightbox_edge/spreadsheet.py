"""A table as spreadsheets write it: CSV in UTF-8, its mark or not, with commas, semicolons or tabs."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from pathlib import Path

from lightbox_edge.errors import LightboxError

SEPARATORS = (",", ";", "\t")


def read_table(table: Path) -> bytes:
    """The bytes of a table, or a `LightboxError`."""
    try:
        return table.read_bytes()
    except OSError as error:
        raise LightboxError(f"The labels {table} cannot be read: {error.strerror}.") from error


def read_lines(table: Path, content: bytes) -> list[tuple[int, list[str]]]:
    """The lines with something in them, each with its number; the first names the columns, 'file' among them.

    Raises:
        LightboxError: it is empty, no UTF-8, no CSV, or has no column 'file'.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LightboxError(f"{table} is no text in UTF-8: save it again as CSV UTF-8.") from error
    if not text.strip():
        raise LightboxError(f"{table} is empty: it needs a column 'file' and one for each finding.")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(table, text), strict=True)
    try:
        return [(reader.line_num, cells) for cells in reader if any(map(str.strip, cells))]
    except csv.Error as error:
        raise LightboxError(f"{table}, line {reader.line_num}, is no CSV: {error}.") from error


def _separator(table: Path, text: str) -> str:
    """The one that makes a column 'file' of the header."""
    for separator in SEPARATORS:
        with suppress(csv.Error):
            if "file" in map(
                plain, next(csv.reader(io.StringIO(text.lstrip(), newline=""), delimiter=separator))
            ):
                return separator
    raise LightboxError(f"{table} has no column 'file': its first line must name the columns.")


def plain(name: str) -> str:
    """A column's name without regard to its case and its spaces."""
    return " ".join(name.split()).casefold()


def no_formula(text: str) -> str:
    """A text for a cell; one that a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
