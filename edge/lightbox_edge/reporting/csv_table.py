"""A report as CSV: one row a picture, one column a finding, byte-stable for the same rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import TextIO

from lightbox_edge.decisions import DecisionLog, FilmStanding
from lightbox_edge.results import AnomalyRank, Result
from lightbox_edge.spreadsheet import no_formula
from lightbox_edge.worklist import Worklist

_FIXED = ("path", "sha256", "status", "triage", "reasons", "view")
_HEADER = ("PatientID", "PatientAge", "PatientSex", "StudyDate")
_DECIDED = ("decision", "reader", "decided_at")
_ANOMALY = ("anomaly_rank", "anomaly_percentile")


def write_csv(worklist: Worklist, out: TextIO) -> int:
    r"""Write every row of the worklist, the flagged first, and return their number.

    Columns: what ``lightbox screen --json`` says, the patient's DICOM attributes, what was decided, by whom
    and when (UTC), then for each finding its probability, empty where the picture was not judged for it.
    Several readers stand in one cell in the same order, parted by semicolons; an arbitration stands alone.
    Where films have been ranked (`anomaly`), their rank and percentile stand before the findings, in columns
    of their own. A text that a spreadsheet would take for a formula is preceded by an apostrophe; a carriage
    return is written as ``\r``.
    """
    standings = DecisionLog(worklist).standings
    rows = ((one, standings.of(one.film) if one.film else FilmStanding()) for one in worklist.results())
    written = -1  # the first line names the columns
    for line in csv_lines(worklist, rows):
        out.write(line)
        written += 1
    return written


def csv_lines(worklist: Worklist, rows: Iterable[tuple[Result, FilmStanding]]) -> Iterator[str]:
    """The lines of `write_csv` with some rows of the worklist, each with what was decided on it."""
    findings, ranked = worklist.finding_names(), worklist.is_ranked()
    yield _line(
        [*_FIXED, *_HEADER, "flagged_for", *_DECIDED, *(_ANOMALY if ranked else ()), *map(_plain, findings)]
    )
    for result, decisions in rows:
        probability = {one.name: f"{one.probability:.4f}" for one in result.outcome.findings}
        texts = [_plain(text) for text in (*_told(result), *_decided(decisions))]
        standing = _standing(result.anomaly) if ranked else ()
        yield _line([*texts, *standing, *(probability.get(name, "") for name in findings)])


def _line(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()


def _told(result: Result) -> Iterator[str]:
    """The cells of the columns before the decisions."""
    outcome = result.outcome
    yield from (result.path, result.sha256 or "", outcome.status, outcome.triage)
    yield from (" ".join(outcome.reasons), outcome.view or "")
    yield from (str(getattr(outcome.header, keyword)) for keyword in _HEADER)
    yield "; ".join(one.name for one in outcome.findings if one.flagged)


def _decided(standing: FilmStanding) -> tuple[str, str, str]:
    final = standing.final
    return (
        "; ".join(one.words for one in final),
        "; ".join(one.reader for one in final),
        "; ".join(one.at for one in final),
    )


def _standing(anomaly: AnomalyRank | None) -> tuple[str, str]:
    return (f"{anomaly.rank}", f"{anomaly.percentile:.1f}") if anomaly else ("", "")


def _plain(text: str) -> str:
    return no_formula(text.replace("\r", "\\r"))  # csv leaves it bare, and a reader would end the row there
