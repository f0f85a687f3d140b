"""A table of labelled films: what calibrates a bundle and what tests it.

CSV with the columns ``file`` (relative to the images' folder), ``dataset``, ``part`` (train, calibration
or test), and one column for each finding by its name: 1 present, 0 absent, empty unknown.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lightbox_edge.errors import LightboxError

PARTS = ("train", "calibration", "test")


@dataclass(frozen=True, slots=True)
class LabelledFilm:
    """One film; ``truths`` are by finding, None where unknown."""

    file: Path
    dataset: str
    part: str
    truths: dict[str, bool | None]


def read_labels(table: Path, images: Path, findings: Sequence[str]) -> list[LabelledFilm]:
    """Read and check a table of labels; every file that it names must be there."""
    try:
        with table.open(newline="", encoding="utf-8") as lines:
            rows = csv.DictReader(lines)
            needed = ("file", "dataset", "part", *findings)
            missing = [name for name in needed if name not in (rows.fieldnames or ())]
            if missing:
                raise LightboxError(f"{table} has no column {missing[0]!r}: add it, empty where unknown.")
            films = [_film(row, images, findings, f"{table}, line {rows.line_num}") for row in rows]
    except OSError as error:
        raise LightboxError(f"The labels {table} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise LightboxError(f"The labels {table} cannot be read: {error}.") from error
    seen: set[Path] = set()
    for film in films:
        if film.file in seen:
            raise LightboxError(f"{table} names {film.file.name} twice: keep one row.")
        seen.add(film.file)
    return films


def _film(row: dict[str, str], images: Path, findings: Sequence[str], where: str) -> LabelledFilm:
    values = {"1": True, "0": False, "": None}
    for name in findings:
        if row[name] not in values:
            raise LightboxError(f"{where}: {name!r} is {row[name]!r}; write 1, 0 or nothing.")
    if row["part"] not in PARTS:
        raise LightboxError(f"{where}: part is {row['part']!r}; write one of {', '.join(PARTS)}.")
    file = images / (row["file"] or "")  # None where a row is too short
    if not Path(os.path.normpath(file)).is_relative_to(os.path.normpath(images)):
        raise LightboxError(f"{where}: {file} lies outside of {images}: name the folder that holds them all.")
    if not os.path.isfile(file):  # noqa: PTH113  # False for a name that no file can have
        raise LightboxError(f"{where}: there is no file {file}.")
    return LabelledFilm(file, row["dataset"], row["part"], {name: values[row[name]] for name in findings})


def write_labels(table: Path, images: Path, films: Sequence[LabelledFilm]) -> None:
    """Write a table of labels that `read_labels` reads back."""
    findings = list(films[0].truths)
    with table.open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out, lineterminator="\n")
        rows.writerow(["file", "dataset", "part", *findings])
        for film in films:
            truths = ("" if truth is None else int(truth) for truth in film.truths.values())
            rows.writerow([film.file.relative_to(images).as_posix(), film.dataset, film.part, *truths])
