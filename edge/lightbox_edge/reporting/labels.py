"""The labels and lines that pages of every format share."""

from __future__ import annotations

from collections.abc import Iterator

from lightbox_edge.languages import Language
from lightbox_edge.reporting.decided_words import kind_name
from lightbox_edge.reporting.headings import Heading, ReportedJudge
from lightbox_edge.reporting.records import FilmReport, ReportedDecision
from lightbox_edge.reporting.words import triage_name
from lightbox_edge.results import Triage

# A mark beside every colour: some readers see no red, some printers have none.
MARKS: dict[Triage, str] = {"flagged": "!", "uncertain": "?", "not flagged": ".", "not judged": "x"}


def title(heading: Heading, say: Language) -> str:
    """What a report is of."""
    if heading.patient is None:
        return say("Report of {worklist}", worklist=heading.worklist)
    if not heading.patient:
        return say("Report of a film that names no patient")
    return say("Report of patient {patient}", patient=heading.patient)


def counts(heading: Heading, say: Language) -> Iterator[tuple[str, str]]:
    """The labels and numbers of a report's head."""
    told = heading.counts
    yield say("films"), f"{told.films}"
    for name, count in told.triage.items():
        yield f"{MARKS[name]} {triage_name(name, say)}", f"{count}"
    yield say("decided"), f"{told.decided}"
    yield say("in dispute"), f"{told.disputed}"


def facts(film: FilmReport, say: Language) -> Iterator[tuple[str, str]]:
    """What the film's header says, as far as it says anything."""
    patient = film.patient
    told = (
        (say("Patient"), patient.PatientID),
        (say("Age"), patient.PatientAge),
        (say("Sex"), patient.PatientSex),
        (say("Study date"), day(patient.StudyDate)),
        (say("View"), film.view or ""),
    )
    known = [(label, value) for label, value in told if value]
    yield from known or [(say("Patient"), say("the file names none"))]


def day(date: str) -> str:
    """A DICOM date as ``2024-01-31``; anything else as it is."""
    is_date = len(date) == 8 and date.isascii() and date.isdecimal()
    return f"{date[:4]}-{date[4:6]}-{date[6:]}" if is_date else date


def who_and_when(one: ReportedDecision, say: Language) -> str:
    """The head of a decision."""
    time = one.at[:16].replace("T", " ")
    return say("{reader}, {kind}, {time} UTC", reader=one.reader, kind=kind_name(one.kind, say), time=time)


def judged_by(judge: ReportedJudge, film: FilmReport, say: Language) -> str:
    """Which machine judged which content."""
    bundle = f"{judge.bundle} {judge.version}".strip()
    return say(
        "Judged by {bundle} at {precision}; judge {judge}, calibration {calibration}; SHA-256 {sha256}.",
        bundle=bundle,
        precision=judge.precision,
        judge=judge.id,
        calibration=judge.calibration or "?",
        sha256=film.sha256 or "?",
    )


def why(film: FilmReport, say: Language) -> str:
    """The cell of a table that says why a film stands where it stands."""
    if film.reasons:
        return " ".join(say.reason(one) for one in film.reasons)
    nearest = max(film.findings, key=lambda one: one.probability - one.threshold, default=None)
    if nearest is None:
        return ""
    return say(
        "{finding} {probability} (flagged at {threshold})",
        finding=say(nearest.name),
        probability=f"{nearest.probability:.2f}",
        threshold=f"{nearest.threshold:.2f}",
    )


def not_listed(count: int, say: Language) -> str:
    """What is said of the films that are left out of a long table."""
    return say("{count} more films are not listed here: a CSV or JSON report has them all.", count=count)


def made_by(heading: Heading, say: Language) -> str:
    """Which program made the report, and how far the decisions can be checked."""
    log = heading.decision_log
    return say(
        "Lightbox {version}. Log of decisions: {entries} entries, head {head}.",
        version=heading.lightbox,
        entries=log.entries,
        head=log.head.replace("+", " + "),  # so that a line may end there
    )
