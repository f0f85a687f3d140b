"""From a worklist to reports: what stands now, of a whole session, of one patient, of every patient."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from itertools import groupby
from pathlib import Path
from typing import Generic, TypeVar

from lightbox_edge.bundle import Bundle
from lightbox_edge.decisions import DecisionLog, FilmStanding, ReviewRow, verify
from lightbox_edge.decisions.chain import Chain
from lightbox_edge.errors import LightboxError
from lightbox_edge.languages import Language
from lightbox_edge.reporting.film_records import counted, film_report, judge_report
from lightbox_edge.reporting.headings import SCHEMA_VERSION, DecisionLogHead, Heading, Report
from lightbox_edge.reporting.measured import about_bundle, measured_of
from lightbox_edge.reporting.records import FilmReport
from lightbox_edge.reporting.words import notice
from lightbox_edge.worklist import Judge, Worklist

Rows = Callable[[], Iterable[ReviewRow]]
Made = TypeVar("Made")


class Reports:
    """The reports of an open worklist; the decisions in them are those of the moment it was made.

    Args:
        worklist: whose log of decisions is verified here.
        say: the language.
        bundle: the one at hand, whose figures and limits are told where it judged; None where none is.
        lightbox: the version that the reports name, None for this one's.

    Raises:
        LightboxError: the log of decisions does not fit together.
    """

    def __init__(
        self, worklist: Worklist, say: Language, bundle: Bundle | None, lightbox: str | None = None
    ) -> None:
        self._worklist, self._say, self._bundle = worklist, say, bundle
        self._lightbox = lightbox or _version()
        self._log, self._chain = _settled(worklist)

    def session(self) -> Report:
        """Of every row."""
        return self._report(None, lambda: _rows(self._worklist.judged()))

    def patient(self, patient: str) -> Report:
        """Of the films whose header has that PatientID.

        Raises:
            LightboxError: there is none.
        """
        made = self._report(patient, lambda: _rows(self._worklist.judged_of_patient(patient)))
        if not patient or not made.heading.counts.films:
            raise LightboxError(
                f"No film in {self._worklist.path} is of a patient {patient!r}: check the PatientID, as the "
                "films' headers have it."
            )
        return made

    def patients(self) -> Iterator[Report]:
        """One of every patient; a file that names none has a report to itself, with its copies."""
        for (patient, _), group in groupby(_rows(self._worklist.judged_by_patient()), _whose):
            rows = tuple(group)
            yield self._report(patient, lambda rows=rows: rows)  # type: ignore[misc]  # bound now, not later

    def _report(self, patient: str | None, rows: Rows) -> Report:
        return Report(
            self._heading(patient, rows),
            _Again(rows, self._film),
            _Again(rows, lambda row: (row.result, self._standing(row))),
        )

    def _heading(self, patient: str | None, rows: Rows) -> Heading:
        counts, judges = counted((row, self._standing(row)) for row in rows())
        return Heading(
            SCHEMA_VERSION,
            self._lightbox,
            self._say.code,
            notice(self._say),
            Path(self._worklist.path).name,
            patient,
            counts,
            DecisionLogHead(self._chain.entries, self._chain.head),
            tuple(map(judge_report, judges)),
            measured_of(self._bundle, judges),
            tuple(about_bundle(self._bundle, judges, self._say)),
        )

    def _film(self, row: ReviewRow) -> FilmReport:
        return film_report(row, self._standing(row), self._say)

    def _standing(self, row: ReviewRow) -> FilmStanding:
        return self._log.standings.of(row.film) if row.film else FilmStanding()


@dataclass(frozen=True, slots=True)
class _Again(Generic[Made]):
    """What is made of some rows, anew and one at a time whenever it is gone through."""

    rows: Rows
    make: Callable[[ReviewRow], Made]

    def __iter__(self) -> Iterator[Made]:
        return map(self.make, self.rows())


def _settled(worklist: Worklist) -> tuple[DecisionLog, Chain]:
    """The log and the head of its chain as both were at one moment, though others append."""
    log = DecisionLog(worklist)
    while (chain := verify(worklist)).entries != log.standings.taken:
        log.refresh()
    return log, chain


def _rows(judged: Iterable[tuple[Judge, object]]) -> Iterator[ReviewRow]:
    return (ReviewRow(result, judge) for judge, result in judged)  # type: ignore[arg-type]  # a Result


def _whose(row: ReviewRow) -> tuple[str, str]:
    """The patient; where none is named, the file by its content, or by its path if it could not be read."""
    result = row.result
    patient = result.outcome.header.PatientID
    return patient, "" if patient else result.sha256 or result.path


def _version() -> str:
    try:
        return version("lightbox-triage")
    except PackageNotFoundError:  # a program that was frozen without its metadata, a bare source tree
        return "?"
