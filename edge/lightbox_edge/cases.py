"""Confirmed cases: films, and what one reader or several say of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

Truths = Mapping[str, bool | None]


@dataclass(frozen=True, slots=True)
class Case:
    """One film and what is known of it.

    ``readings`` are the truths by finding, None where unknown, of each reader; where the table names no
    reader there is one, called ''. The texts are empty where the table says nothing.
    """

    file: Path
    name: str
    readings: Mapping[str, Truths]
    part: str = ""
    dataset: str = ""
    sex: str = ""
    age: str = ""
    view: str = ""


@dataclass(frozen=True, slots=True)
class Cases:
    """The cases of a table in its order, of ``part`` alone if that was asked for.

    ``findings`` are those of the bundle that the table has, ``passed_over`` its columns that mean nothing
    here; ``table`` is its name without the folder, ``sha256`` that of its bytes.
    """

    table: str
    sha256: str
    part: str | None
    cases: tuple[Case, ...]
    findings: tuple[str, ...]
    passed_over: tuple[str, ...]


def answer(case: Case, finding: str, reader: str) -> bool | None:
    """What one reader says; None where he says nothing."""
    return case.readings.get(reader, {}).get(finding)


def agreed(case: Case, finding: str) -> bool | None:
    """What all say who say something; None where they differ or nobody does."""
    answers = {answer(case, finding, reader) for reader in case.readings} - {None}
    return answers.pop() if len(answers) == 1 else None


def is_disputed(case: Case, finding: str) -> bool:
    """Whether one reader says that it is there and another that it is not."""
    return len({answer(case, finding, reader) for reader in case.readings} - {None}) == 2


def consensus(case: Case, finding: str) -> bool | None:
    """What two or more readers say as one; None otherwise."""
    said = [one for reader in case.readings if (one := answer(case, finding, reader)) is not None]
    return said[0] if len(said) > 1 and len(set(said)) == 1 else None
