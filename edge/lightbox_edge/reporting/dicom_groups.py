"""What a structured report of a film says, in plain records.

`dicom_sr` writes them; nothing here knows how.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lightbox_edge.regions import Region
from lightbox_edge.reporting import dicom_codes as codes
from lightbox_edge.reporting.dicom_codes import Code
from lightbox_edge.reporting.dicom_objects import DicomFilm
from lightbox_edge.reporting.records import ReportedDecision, ReportedFinding

Measurement = tuple[Code, float, Code]  # what, how much, in which unit


@dataclass(frozen=True, slots=True)
class Group:
    """One measurement group (TID 1501).

    ``words`` are comments; ``reader`` and ``at`` are whose observations they are and when he made them,
    None of the machine's own.
    """

    name: str
    what: Code | None = None
    category: Code | None = None
    measurements: tuple[Measurement, ...] = ()
    evaluations: tuple[tuple[Code, Code], ...] = ()
    words: tuple[str, ...] = ()
    reader: str | None = None
    at: datetime | None = None


def groups(film: DicomFilm) -> Iterator[Group]:
    """All of a film: the triage, every finding, lungs and heart, every reader's decision."""
    told = ((codes.TRIAGE, codes.own_code(film.report.triage)),)
    yield Group("triage", evaluations=told, words=film.report.words)
    regions = {one.target: one for one in film.regions if one.mask is not None}
    for finding in film.report.findings:
        yield _finding(finding, regions.get(finding.name))
    for target, code in codes.ORGANS.items():
        if target in regions:
            yield Group(target, code, codes.STRUCTURE, tuple(_measured(regions[target])))
    yield from map(_decision, film.report.decisions)


def _finding(finding: ReportedFinding, region: Region | None) -> Group:
    return Group(
        finding.name,
        codes.finding_code(finding.name),
        measurements=(
            (codes.CERTAINTY, round(100 * finding.probability, 4), codes.PERCENT),
            (codes.THRESHOLD, round(100 * finding.threshold, 4), codes.PERCENT),
            *(_measured(region) if region else ()),
        ),
        evaluations=(
            (codes.FLAGGED, codes.yes_or_no(finding.flagged)),
            (codes.VALIDATED, codes.yes_or_no(finding.validated)),
        ),
    )


def _decision(one: ReportedDecision) -> Group:
    return Group(
        f"decision {one.number}",
        evaluations=(
            (codes.KIND, codes.own_code(one.kind)),
            (codes.ANSWER, codes.own_code(one.answer)),
            *((codes.SEEN, codes.finding_code(name)) for name in one.seen),
            (codes.BLIND, codes.yes_or_no(one.blind)),
            (codes.COUNTS, codes.yes_or_no(one.counts)),
        ),
        words=one.words,
        reader=one.reader,
        at=datetime.fromisoformat(one.at),
    )


def _measured(region: Region) -> Iterator[Measurement]:
    area, ratio = (region.measurements.get(name) for name in ("area_cm2", "cardiothoracic_ratio"))
    if isinstance(area, float):
        yield codes.AREA, area, codes.SQUARE_CENTIMETRE
    if isinstance(ratio, float):
        yield codes.CARDIOTHORACIC_RATIO, ratio, codes.RATIO
