"""A film's report as a DICOM structured report: TID 1500 Measurement Report (PS3.16), by highdicom."""

from __future__ import annotations

from highdicom import sr
from highdicom.coding_schemes import CodingSchemeIdentificationItem

from lightbox_edge.reporting import dicom_codes as codes
from lightbox_edge.reporting.dicom_codes import Code
from lightbox_edge.reporting.dicom_groups import Group, groups
from lightbox_edge.reporting.dicom_objects import (
    MANUFACTURER,
    MODEL,
    DicomFilm,
    finished,
)

SERIES_NUMBER = 9901


def structured_report(film: DicomFilm) -> bytes:
    """The file of one film's report, a Comprehensive 3D SR that is preliminary and not verified."""
    report = sr.MeasurementReport(
        sr.ObservationContext(observer_device_context=_machine(film)),
        _concept(codes.PLAIN_RADIOGRAPHY),
        [_group(one, film) for one in groups(film)],
    )
    report[0].ContentSequence.insert(-1, _comment(film.notice))  # before the measurements, which come last
    made = sr.Comprehensive3DSR(
        evidence=[film.header],
        content=report[0],
        **film.instance("SR"),
        series_number=SERIES_NUMBER,
        series_description="Lightbox: triage, no diagnosis",
        is_complete=True,
        coding_schemes=[
            CodingSchemeIdentificationItem(
                codes.SCHEME, name=codes.SCHEME_NAME, responsible_organization=codes.SCHEME_OWNER
            )
        ],
    )
    return finished(made, film)


def _group(one: Group, film: DicomFilm) -> sr.MeasurementsAndQualitativeEvaluations:
    made = sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=sr.TrackingIdentifier(film.uid("group", one.name), one.name),
        finding_type=_concept(one.what) if one.what else None,
        finding_category=_concept(one.category) if one.category else None,
        algorithm_id=_algorithm(film) if one.reader is None else None,
        measurements=[
            sr.Measurement(_concept(name), value, _concept(unit)) for name, value, unit in one.measurements
        ],
        qualitative_evaluations=[
            sr.QualitativeEvaluation(_concept(name), _concept(value)) for name, value in one.evaluations
        ],
        source_images=[sr.SourceImageForMeasurementGroup.from_source_image(film.header)],
    )
    items = made[0].ContentSequence
    items.extend(map(_comment, one.words))
    if one.reader is not None:
        person = sr.PersonObserverIdentifyingAttributes(_person_name(one.reader))
        for place, item in enumerate(sr.ObserverContext(_concept(codes.PERSON), person)):
            items.insert(place, item)
    if one.at is not None:
        made[0].ObservationDateTime = one.at.strftime("%Y%m%d%H%M%S%z")
    return made


def _algorithm(film: DicomFilm) -> sr.AlgorithmIdentification:
    judge = film.judge
    parameters = [f"precision {judge.precision}", f"calibration {judge.calibration}", f"judge {judge.id}"]
    family = _concept(codes.ARTIFICIAL_INTELLIGENCE)
    return sr.AlgorithmIdentification(
        judge.bundle, judge.version or "unknown", parameters, family, MANUFACTURER
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


def _comment(words: str) -> sr.TextContentItem:
    return sr.TextContentItem(_concept(codes.COMMENT), words, sr.RelationshipTypeValues.CONTAINS)


def _concept(code: Code) -> sr.CodedConcept:
    return sr.CodedConcept(code.value, code.scheme, code.meaning)


def _person_name(reader: str) -> str:
    """A reader's name as a family name alone (PN); the signs that part names are none of it."""
    return "".join(" " if sign in "^=\\" else sign for sign in reader)[:60] + "^"
