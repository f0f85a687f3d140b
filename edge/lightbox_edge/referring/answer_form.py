"""The form that a distant reader fills in, in any spreadsheet or editor, and how it is read again."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, get_args

from lightbox_edge.decisions.records import Answer, one_line
from lightbox_edge.errors import LightboxError
from lightbox_edge.referring.films_told import ToldFilm, table
from lightbox_edge.referring.form_rows import COLUMNS, FormRow, form_rows
from lightbox_edge.spreadsheet import plain

ANSWERS: Final[tuple[Answer, ...]] = get_args(Answer)
LONGEST_NAME: Final = 40
_LONGEST_QUOTED: Final = 40


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What the reader says of the film with that number; ``line`` is where it stands in the file."""

    line: int
    film: int
    answer: Answer
    seen: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class GivenAnswers:
    """A form that somebody has filled in: one referral, one reader, one answer a film at most."""

    referral: str
    reader: str
    answers: tuple[GivenAnswer, ...]


def answer_form(referral: str, films: Sequence[ToldFilm]) -> bytes:
    """The form with a row for each film and nothing answered."""
    return table([COLUMNS, *((referral, str(one.film), one.file, "", "", "", "") for one in films)])


def read_answers(name: Path, content: bytes) -> GivenAnswers:
    """Read a form; rows without an answer are films that the reader passed over.

    Raises:
        LightboxError: it is no form, or one row of it says something wrong: then nothing of it counts.
    """
    rows = [row for row in form_rows(name, content) if row.cells["answer"]]
    if not rows:
        raise LightboxError(f"{name} holds no answer: its column 'answer' is empty on every row.")
    answers = tuple(_answer(row) for row in rows)
    numbers = [one.film for one in answers]
    for one in answers:
        if numbers.count(one.film) > 1:
            raise LightboxError(f"{name} answers film {one.film} more than once: keep one row of it.")
    return GivenAnswers(_one(name, rows, "referral"), _reader(name, rows), answers)


def _answer(row: FormRow) -> GivenAnswer:
    answer = plain(row.cells["answer"])
    if answer not in ANSWERS:
        raise LightboxError(
            f"{row.where}: {_quoted(row.cells['answer'])} is no answer: write one of {', '.join(ANSWERS)}."
        )
    if not re.fullmatch("[0-9]{1,6}", row.cells["film"], re.ASCII) or not int(row.cells["film"]):
        raise LightboxError(f"{row.where}: {_quoted(row.cells['film'])} is no number of a film.")
    seen = tuple(part for one in re.split("[;,]", row.cells["seen"]) if (part := one_line(one)))
    if seen and answer == "nothing seen":
        raise LightboxError(
            f"{row.where}: it says that nothing is seen, and names what: correct one of the two."
        )
    return GivenAnswer(row.line, int(row.cells["film"]), answer, seen, one_line(row.cells["note"]))


def _reader(name: Path, rows: Sequence[FormRow]) -> str:
    reader = one_line(unicodedata.normalize("NFC", _one(name, rows, "reader")))
    if len(reader) > LONGEST_NAME:
        raise LightboxError(
            f"{name}: the reader's name has {len(reader)} letters; it may have {LONGEST_NAME}."
        )
    return reader


def _one(name: Path, rows: Sequence[FormRow], column: str) -> str:
    """What all rows say that say it; one that leaves it out means the same as the others."""
    said = list(dict.fromkeys(row.cells[column] for row in rows if row.cells[column]))
    if not said:
        raise LightboxError(f"{name} names no {column}: fill in the column '{column}'.")
    if len(said) > 1:
        raise LightboxError(f"{name} names more than one {column}: make a file for each.")
    return said[0]


def _quoted(cell: str) -> str:
    """A cell in a sentence: with nothing in it that a terminal obeys, and not all of it."""
    return repr(one_line(cell)[:_LONGEST_QUOTED])
