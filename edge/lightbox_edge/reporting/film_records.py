"""One row of the worklist as a record of a report, and what many come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from lightbox_edge.decisions import FilmStanding, ReviewRow
from lightbox_edge.languages import Language
from lightbox_edge.reporting.decided_words import decisions_of, standing_words
from lightbox_edge.reporting.headings import Counts, ReportedJudge
from lightbox_edge.reporting.records import FilmReport, Patient, ReportedFinding
from lightbox_edge.reporting.words import machine_words
from lightbox_edge.results import FindingScore, Triage
from lightbox_edge.worklist import Judge

_TRIAGES: tuple[Triage, ...] = ("flagged", "uncertain", "not judged", "not flagged")  # the urgent first


def film_report(row: ReviewRow, standing: FilmStanding, say: Language) -> FilmReport:
    """What the machine says of a film and what people decided, in words too."""
    result, outcome, header = row.result, row.result.outcome, row.result.outcome.header
    return FilmReport(
        path=result.path,
        sha256=result.sha256,
        frame=result.frame,
        patient=Patient(header.PatientID, header.PatientAge, header.PatientSex, header.StudyDate),
        view=outcome.view,
        judge=row.judge.id,
        status=outcome.status,
        triage=outcome.triage,
        reasons=outcome.reasons,
        findings=tuple(map(_finding, outcome.findings)),
        anomaly=result.anomaly,
        words=machine_words(result, say),
        decisions=decisions_of(standing, row.judge.id, say),
        disputed=standing.is_disputed,
        standing=standing_words(standing, say),
    )


def counted(rows: Iterable[tuple[ReviewRow, FilmStanding]]) -> tuple[Counts, tuple[Judge, ...]]:
    """How many rows of which kind, and everybody who judged one, in the order of the rows."""
    triage: Counter[Triage] = Counter()
    judges: dict[str, Judge] = {}
    decided = disputed = 0
    for row, standing in rows:
        triage[row.result.outcome.triage] += 1
        judges.setdefault(row.judge.id, row.judge)
        decided += bool(standing.decisions)
        disputed += standing.is_disputed
    told = {name: triage[name] for name in _TRIAGES}
    return Counts(triage.total(), told, decided, disputed), tuple(judges.values())


def judge_report(one: Judge) -> ReportedJudge:
    """A judge as a report names it."""
    return ReportedJudge(one.id, one.bundle, one.version, one.precision, one.calibration, one.findings)


def _finding(one: FindingScore) -> ReportedFinding:
    return ReportedFinding(one.name, round(one.probability, 6), one.threshold, one.flagged, one.validated)
