"""The frozen record of a film in a report, the same in a JSON report as here; see `headings` for the rest."""

from __future__ import annotations

import msgspec

from lightbox_edge.decisions.records import Answer, Kind, MachineView
from lightbox_edge.results import AnomalyRank, Status, Triage


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
