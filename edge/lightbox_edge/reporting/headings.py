"""The frozen records of a report but for its films: what it is of, who judged, what that is worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from lightbox_edge.decisions import FilmStanding
from lightbox_edge.manifest import Precision
from lightbox_edge.manifest import Result as MeasuredResult
from lightbox_edge.reporting.records import FilmReport
from lightbox_edge.results import Result, Triage

SCHEMA_VERSION: Final = 1


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
