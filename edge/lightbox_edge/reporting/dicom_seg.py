"""A film's outlines as a DICOM segmentation (PS3.3 A.51) on the film's own pixels, by highdicom."""

from __future__ import annotations

import numpy as np
from highdicom import AlgorithmIdentificationSequence, seg
from highdicom.coding_schemes import CodingSchemeIdentificationItem
from highdicom.sr import CodedConcept

from lightbox_edge.regions import Region
from lightbox_edge.reporting import dicom_codes as codes
from lightbox_edge.reporting.dicom_codes import Code
from lightbox_edge.reporting.dicom_objects import (
    MANUFACTURER,
    DicomFilm,
    finished,
    uid_of,
)

SERIES_NUMBER = 9902


def segmentation(film: DicomFilm) -> bytes:
    """The file of one film's segments: a binary one of each region that has a mask, at least one.

    A projection has no place in space: where the film has no frame of reference, neither has this.
    """
    drawn = [(one, one.mask) for one in film.regions if one.mask is not None]
    made = seg.Segmentation(
        source_images=[film.header],
        pixel_array=np.stack([mask for _, mask in drawn], axis=-1)[np.newaxis],
        segmentation_type=seg.SegmentationTypeValues.BINARY,
        segment_descriptions=[_described(number, one, film) for number, (one, _) in enumerate(drawn, 1)],
        **film.instance("SEG"),
        series_number=SERIES_NUMBER,
        series_description="Lightbox: outlines, no diagnosis",
        content_label="LIGHTBOX",
        content_description=film.notice[:64],
        coding_schemes=[
            CodingSchemeIdentificationItem(
                codes.SCHEME, name=codes.SCHEME_NAME, responsible_organization=codes.SCHEME_OWNER
            )
        ],
    )
    made.PatientOrientation = film.header.get("PatientOrientation") or ""
    dimensions = uid_of("dimensions", film.report.key, film.judge.id)  # highdicom draws one at random
    for item in (*made.DimensionOrganizationSequence, *made.DimensionIndexSequence):
        item.DimensionOrganizationUID = dimensions
    return finished(made, film)


def _described(number: int, region: Region, film: DicomFilm) -> seg.SegmentDescription:
    organ = codes.ORGANS.get(region.target)
    judge = film.judge
    return seg.SegmentDescription(
        number,
        (organ.meaning if organ else region.target)[:64],
        _concept(codes.STRUCTURE if organ else codes.ABNORMAL),
        _concept(organ or codes.finding_code(region.target)),
        seg.SegmentAlgorithmTypeValues.AUTOMATIC,
        AlgorithmIdentificationSequence(
            judge.bundle[:64],
            _concept(codes.ARTIFICIAL_INTELLIGENCE),
            judge.version or "unknown",
            MANUFACTURER,
            {"precision": judge.precision, "judge": judge.id},
        ),
        tracking_uid=film.uid("group", region.target),
        tracking_id=region.target[:64],
    )


def _concept(code: Code) -> CodedConcept:
    return CodedConcept(code.value, code.scheme, code.meaning)
