"""A clinic's table of confirmed cases: what evaluates a bundle there and what calibrates it.

CSV in UTF-8, with commas, semicolons or tabs, as spreadsheets write it. Columns, whatever their case:
``file`` (relative to the films' folder) and one or more findings by the bundle's names: 1 present, 0 absent,
empty unknown. ``part``, ``dataset``, ``sex``, ``age`` and ``view`` may be there. With a column ``reader`` a
file may have a row for each reader. The tables of `lightbox_edge.labels` are such tables too.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lightbox_edge.cases import Case, Cases, Truths
from lightbox_edge.errors import LightboxError
from lightbox_edge.spreadsheet import plain, read_lines, read_table

ABOUT_THE_FILM = ("part", "dataset", "sex", "age", "view")
TRUTHS = {"1": True, "1.0": True, "0": False, "0.0": False, "": None}  # 1.0 is how pandas writes a 1


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the table: where it stands, its texts by what they mean, its truths by finding."""

    where: str
    texts: Mapping[str, str]
    truths: Truths


def read_cases(table: Path, films: Path, findings: Sequence[str], part: str | None = None) -> Cases:
    """Read and check a table; only rows of ``part``, if that is given, become cases.

    Raises:
        LightboxError: the table cannot be read or says something wrong, a film that it names is not there,
            or no case is left.
    """
    if not films.is_dir():
        raise LightboxError(f"There is no folder {films}: name the one that the files of the labels lie in.")
    content = read_table(table)
    (_, header), *lines = read_lines(table, content)
    columns = _columns(table, header, findings)
    named = tuple(name for name in findings if name in columns.values())
    if not named:
        raise LightboxError(
            f"{table} has no column for any finding of the bundle: add one or more of {', '.join(findings)}."
        )
    rows = [_row(f"{table}, line {number}", cells, header, columns, named) for number, cells in lines]
    by_film = _by_film(films, rows)
    chosen = _of_part(table, by_film, part, "part" in columns.values())
    cases = tuple(_case(file, of_one) for file, of_one in chosen.items())
    if not any(
        known is not None for one in cases for truths in one.readings.values() for known in truths.values()
    ):
        raise LightboxError(f"{table} says 1 or 0 of no finding on any film: fill in what is confirmed.")
    passed_over = tuple(name for at, name in enumerate(header) if at not in columns and name.strip())
    return Cases(table.name, hashlib.sha256(content).hexdigest(), part, cases, named, passed_over)


def _columns(table: Path, header: Sequence[str], findings: Sequence[str]) -> dict[int, str]:
    """What each column that means something here is, by its place."""
    ours = {plain(name): name for name in (*findings, "file", "reader", *ABOUT_THE_FILM)}
    columns: dict[int, str] = {}
    for place, name in enumerate(header):
        meant = ours.get(plain(name))
        if meant is None:
            continue
        if meant in columns.values():
            raise LightboxError(f"{table} has two columns {meant!r}: keep one.")
        columns[place] = meant
    return columns


def _row(
    where: str,
    cells: Sequence[str],
    header: Sequence[str],
    columns: Mapping[int, str],
    findings: Sequence[str],
) -> _Row:
    if len(cells) != len(header):
        raise LightboxError(
            f"{where} has {len(cells)} cells and the header has {len(header)}: "
            "quote a cell that holds a separator."
        )
    texts = {meant: cells[place].strip() for place, meant in columns.items()}
    for name in findings:
        if texts[name] not in TRUTHS:
            raise LightboxError(f"{where}: {name!r} is {texts[name]!r}; write 1, 0 or nothing.")
    if not texts["file"]:
        raise LightboxError(f"{where} names no file: fill it in or delete the row.")
    if texts.get("age"):
        try:
            years(texts["age"])
        except ValueError as error:
            raise LightboxError(f"{where}: age is {texts['age']!r}; write years, such as 63.") from error
    return _Row(where, texts, {name: TRUTHS[texts[name]] for name in findings})


def years(age: str) -> float:
    """An age in years, as a number or as DICOM writes it (063Y, 011M, 003W, 010D; PS3.5 6.2).

    Raises:
        ValueError: it is none.
    """
    unit = {"Y": 1.0, "M": 12.0, "W": 52.18, "D": 365.25}.get(age[-1:].upper())
    number = float(age[:-1]) / unit if unit else float(age)
    if not 0 <= number < 150:
        raise ValueError(age)
    return number


def _by_film(films: Path, rows: Sequence[_Row]) -> dict[Path, list[_Row]]:
    """The rows of each film, one a reader, in the order of the table."""
    by_film: dict[Path, list[_Row]] = {}
    for row in rows:
        place = _place(films, row.texts["file"])
        if not place.is_relative_to(os.path.normpath(films)):
            raise LightboxError(
                f"{row.where}: {place} lies outside of {films}: name the folder that holds them all."
            )
        readings = by_film.setdefault(place, [])
        for other in readings:
            _check_pair(row, other)
        readings.append(row)
    return by_film


def _place(films: Path, name: str) -> Path:
    r"""Where a film lies; a table from Windows may say ``sub\film.png``."""
    place = Path(os.path.normpath(films / name))
    if os.path.exists(place):  # noqa: PTH110  # False for a name that no file can have
        return place
    return Path(os.path.normpath(films / name.replace("\\", "/")))


def _check_pair(row: _Row, other: _Row) -> None:
    """Two rows of one film must come from two readers and say the same of everything but findings."""
    name, readers = row.texts["file"], {row.texts.get("reader", ""), other.texts.get("reader", "")}
    if len(readers) < 2 or "" in readers:
        raise LightboxError(
            f"{row.where} names {name} again: keep one row, or one for each reader with a column 'reader'."
        )
    for what in ABOUT_THE_FILM:
        if row.texts.get(what) != other.texts.get(what):
            raise LightboxError(
                f"{row.where}: {what} of {name} is {row.texts[what]!r} here and {other.texts[what]!r} "
                "before: correct one."
            )


def _of_part(
    table: Path, by_film: Mapping[Path, list[_Row]], part: str | None, has_parts: bool
) -> Mapping[Path, list[_Row]]:
    if part is None:
        return by_film
    if not has_parts:
        raise LightboxError(f"{table} has no column 'part': add it, or take all films, without --part.")
    chosen = {file: rows for file, rows in by_film.items() if rows[0].texts["part"] == part}
    if not chosen:
        parts = sorted({rows[0].texts["part"] for rows in by_film.values()} - {""})
        raise LightboxError(f"{table} has no film of part {part!r}: it has {', '.join(parts) or 'none'}.")
    return chosen


def _case(file: Path, rows: Sequence[_Row]) -> Case:
    if not os.path.isfile(file):  # noqa: PTH113  # as above
        raise LightboxError(f"{rows[0].where}: there is no file {file}.")
    texts = rows[0].texts
    readings = {row.texts.get("reader", ""): row.truths for row in rows}
    return Case(file, texts["file"], readings, **{what: texts.get(what, "") for what in ABOUT_THE_FILM})
