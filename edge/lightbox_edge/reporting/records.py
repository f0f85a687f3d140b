"""The frozen records of a report, the same in a JSON report as here; every format is written from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from lightbox_edge.decisions import FilmStanding
from lightbox_edge.decisions.records import Answer, Kind, MachineView
from lightbox_edge.manifest import Precision
from lightbox_edge.manifest import Result as MeasuredResult
from lightbox_edge.results import AnomalyRank, Result, Status, Triage

SCHEMA_VERSION: Final = 1


class Patient(msgspec.Struct, frozen=True):
    """What the film's header says of its patient, under DICOM's own keywords; empty where it says nothing."""

    PatientID: str = ""
    PatientAge: str = ""
    PatientSex: str = ""
    StudyDate: str = ""


class ReportedFinding(msgspec.Struct, frozen=True):
    """A finding's calibrated probability against its threshold; ``name`` is the bundle's, untranslated."""

    name: str
    probability: float
    threshold: float
    flagged: bool
    validated: bool


class ReportedDecision(msgspec.Struct, frozen=True):
    """One reader's decision that stands, and what it comes to in words.

    ``counts`` is false beside an arbitration. ``machine`` is what the reader was told, by which machine;
    ``blind`` says that it was hidden until then.
    """

    number: int
    at: str
    reader: str
    kind: Kind
    answer: Answer
    seen: tuple[str, ...]
    note: str
    blind: bool
    counts: bool
    machine: MachineView
    words: tuple[str, ...]


class FilmReport(msgspec.Struct, frozen=True):
    """One row of the worklist: what the machine says of it, in words too, and what people decided.

    ``judge`` is an id in `Heading.judges`. ``words`` are about the machine's view, ``standing`` about the
    decisions together.
    """

    path: str
    sha256: str | None
    frame: int | None
    patient: Patient
    view: str | None
    judge: str
    status: Status
    triage: Triage
    reasons: tuple[str, ...]
    findings: tuple[ReportedFinding, ...]
    anomaly: AnomalyRank | None
    words: tuple[str, ...]
    decisions: tuple[ReportedDecision, ...]
    disputed: bool
    standing: tuple[str, ...]

    @property
    def key(self) -> str:
        """Content and frame, as `FilmRegions.key` names them; empty where the file could not be read."""
        frame = "" if self.frame is None else f"#{self.frame}"
        return f"{self.sha256}{frame}" if self.sha256 else ""

    @property
    def flagged(self) -> tuple[str, ...]:
        """The names of the findings that flag it, those farthest over their thresholds first."""
        over = sorted(self.findings, key=lambda one: one.threshold - one.probability)
        return tuple(one.name for one in over if one.flagged)

    @property
    def counts_as_seen(self) -> bool:
        """Whether the machine flagged it, or anybody decided on it."""
        return self.triage == "flagged" or bool(self.decisions)


class ReportedJudge(msgspec.Struct, frozen=True):
    """Which machine judged: ``calibration`` is the identity of its operating points."""

    id: str
    bundle: str
    version: str
    precision: str
    calibration: str
    findings: tuple[str, ...]


class Measured(msgspec.Struct, frozen=True):
    """What the bundle that judged says of itself: intended use, limits, and figures by precision."""

    name: str
    version: str
    intended_use: str
    limits: tuple[str, ...]
    results: Mapping[Precision, tuple[MeasuredResult, ...]]


class Counts(msgspec.Struct, frozen=True):
    """Rows of the worklist in this report; ``decided`` and ``disputed`` are among them."""

    films: int
    triage: dict[Triage, int]
    decided: int
    disputed: int


class DecisionLogHead(msgspec.Struct, frozen=True):
    """How many entries the worklist's log of decisions has, and the hash of the last."""

    entries: int
    head: str


class Heading(msgspec.Struct, frozen=True):
    """All of a report but its films.

    ``patient`` is a PatientID; null for a session, and empty for one film whose file names no patient.
    ``bundle`` is null, and ``about_bundle`` says why, where the bundle that judged is not at hand.
    """

    schema_version: Literal[1]
    lightbox: str
    language: str
    notice: str
    worklist: str
    patient: str | None
    counts: Counts
    decision_log: DecisionLogHead
    judges: tuple[ReportedJudge, ...]
    bundle: Measured | None
    about_bundle: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A heading and its films, the flagged first.

    ``films``, and the ``rows`` that they are made from, can be gone through again and again.
    """

    heading: Heading
    films: Iterable[FilmReport]
    rows: Iterable[tuple[Result, FilmStanding]]
