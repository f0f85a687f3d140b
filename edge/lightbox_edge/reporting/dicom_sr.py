"""A film's report as a DICOM structured report: TID 1500 Measurement Report (PS3.16), by highdicom.

Groups (TID 1501) tell in this order: the triage, every finding, lungs and heart, every reader's decision.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from highdicom import sr
from highdicom.coding_schemes import CodingSchemeIdentificationItem

from lightbox_edge.regions import Region
from lightbox_edge.reporting import dicom_codes as codes
from lightbox_edge.reporting.dicom_codes import Code
from lightbox_edge.reporting.dicom_objects import (
    CHARACTERS,
    MANUFACTURER,
    MODEL,
    DicomFilm,
    finished,
    unnamed,
)
from lightbox_edge.reporting.records import ReportedDecision, ReportedFinding

SERIES_NUMBER = 9901

_CONTAINS = sr.RelationshipTypeValues.CONTAINS
Group = sr.MeasurementsAndQualitativeEvaluations


def structured_report(film: DicomFilm) -> bytes:
    """The file of one film's report, a Comprehensive 3D SR that is preliminary and not verified."""
    report = sr.MeasurementReport(
        sr.ObservationContext(observer_device_context=_machine(film)),
        _concept(codes.PLAIN_RADIOGRAPHY),
        [*_groups(film)],
    )
    report[0].ContentSequence.insert(-1, _comment(film.notice))  # before the measurements, which come last
    made = sr.Comprehensive3DSR(
        evidence=[film.header],
        content=report[0],
        series_instance_uid=film.series_uid("SR"),
        series_number=SERIES_NUMBER,
        series_description="Lightbox: triage, no diagnosis",
        sop_instance_uid=unnamed(),
        instance_number=film.number,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=MODEL,
        software_versions=film.lightbox,
        device_serial_number=film.judge.id,
        is_complete=True,
        specific_character_set=CHARACTERS,
        coding_schemes=[
            CodingSchemeIdentificationItem(
                codes.SCHEME, name=codes.SCHEME_NAME, responsible_organization=codes.SCHEME_OWNER
            )
        ],
    )
    return finished(made, film)


def _groups(film: DicomFilm) -> Iterator[Group]:
    yield _triage(film)
    regions = {one.target: one for one in film.regions}
    for finding in film.report.findings:
        yield _finding(finding, regions.get(finding.name), film)
    for target, code in codes.ORGANS.items():
        if target in regions and regions[target].mask is not None:
            yield _organ(regions[target], code, film)
    for decision in film.report.decisions:
        yield _decision(decision, film)


def _triage(film: DicomFilm) -> Group:
    told = _evaluation(codes.TRIAGE, codes.own_code(film.report.triage))
    return _group(film, "triage", None, (), [told], film.report.words)


def _finding(finding: ReportedFinding, region: Region | None, film: DicomFilm) -> Group:
    measured = [
        _measurement(codes.CERTAINTY, round(100 * finding.probability, 4), codes.PERCENT),
        _measurement(codes.THRESHOLD, round(100 * finding.threshold, 4), codes.PERCENT),
        *_areas(region),
    ]
    told = [
        _evaluation(codes.FLAGGED, codes.yes_or_no(finding.flagged)),
        _evaluation(codes.VALIDATED, codes.yes_or_no(finding.validated)),
    ]
    return _group(film, finding.name, codes.finding_code(finding.name), measured, told)


def _organ(region: Region, code: Code, film: DicomFilm) -> Group:
    measured = [*_areas(region), *_ratio(region)]
    return _group(film, region.target, code, measured, (), category=codes.STRUCTURE)


def _decision(one: ReportedDecision, film: DicomFilm) -> Group:
    told = [
        _evaluation(codes.KIND, codes.own_code(one.kind)),
        _evaluation(codes.ANSWER, codes.own_code(one.answer)),
        *(_evaluation(codes.SEEN, codes.finding_code(name)) for name in one.seen),
        _evaluation(codes.BLIND, codes.yes_or_no(one.blind)),
        _evaluation(codes.COUNTS, codes.yes_or_no(one.counts)),
    ]
    group = _group(film, f"decision {one.number}", None, (), told, one.words, by_machine=False)
    person = sr.PersonObserverIdentifyingAttributes(_person_name(one.reader))
    for place, item in enumerate(sr.ObserverContext(_concept(codes.PERSON), person)):
        group[0].ContentSequence.insert(place, item)
    group[0].ObservationDateTime = datetime.fromisoformat(one.at).strftime("%Y%m%d%H%M%S%z")
    return group


def _group(
    film: DicomFilm,
    name: str,
    what: Code | None,
    measurements: Sequence[sr.Measurement],
    evaluations: Sequence[sr.QualitativeEvaluation],
    words: Sequence[str] = (),
    category: Code | None = None,
    by_machine: bool = True,
) -> Group:
    """One TID 1501 group; ``words`` stand in it as comments."""
    group = Group(
        tracking_identifier=sr.TrackingIdentifier(film.uid("group", name), name),
        finding_type=_concept(what) if what else None,
        finding_category=_concept(category) if category else None,
        algorithm_id=_algorithm(film) if by_machine else None,
        measurements=measurements or None,
        qualitative_evaluations=evaluations or None,
        source_images=[sr.SourceImageForMeasurementGroup.from_source_image(film.header)],
    )
    group[0].ContentSequence.extend(map(_comment, words))
    return group


def _algorithm(film: DicomFilm) -> sr.AlgorithmIdentification:
    judge = film.judge
    parameters = [f"precision {judge.precision}", f"calibration {judge.calibration}", f"judge {judge.id}"]
    return sr.AlgorithmIdentification(
        judge.bundle,
        judge.version or "unknown",
        parameters,
        _concept(codes.ARTIFICIAL_INTELLIGENCE),
        MANUFACTURER,
    )


def _machine(film: DicomFilm) -> sr.ObserverContext:
    told = sr.DeviceObserverIdentifyingAttributes(
        uid=film.uid("device"),
        name=film.judge.bundle,
        manufacturer_name=MANUFACTURER,
        model_name=f"{MODEL} {film.lightbox}",
        serial_number=film.judge.id,
    )
    return sr.ObserverContext(_concept(codes.DEVICE), told)


def _areas(region: Region | None) -> Iterator[sr.Measurement]:
    area = region.measurements.get("area_cm2") if region and region.mask is not None else None
    if isinstance(area, float):
        yield _measurement(codes.AREA, area, codes.SQUARE_CENTIMETRE)


def _ratio(region: Region) -> Iterator[sr.Measurement]:
    ratio = region.measurements.get("cardiothoracic_ratio")
    if isinstance(ratio, float):
        yield _measurement(codes.CARDIOTHORACIC_RATIO, ratio, codes.RATIO)


def _measurement(name: Code, value: float, unit: Code) -> sr.Measurement:
    return sr.Measurement(_concept(name), value, _concept(unit))


def _evaluation(name: Code, value: Code) -> sr.QualitativeEvaluation:
    return sr.QualitativeEvaluation(_concept(name), _concept(value))


def _comment(words: str) -> sr.TextContentItem:
    return sr.TextContentItem(_concept(codes.COMMENT), words, _CONTAINS)


def _concept(code: Code) -> sr.CodedConcept:
    return sr.CodedConcept(code.value, code.scheme, code.meaning)


def _person_name(reader: str) -> str:
    """A reader's name as a family name alone (PN); the signs that part names are none of it."""
    return "".join(" " if sign in "^=\\" else sign for sign in reader)[:60] + "^"
