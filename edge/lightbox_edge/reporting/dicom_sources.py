"""The DICOM file behind a row of a report, and why there is none that an object could refer to."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from lightbox_edge.errors import LightboxError
from lightbox_edge.reading import Limits, Source, read_bytes
from lightbox_edge.reading.guard import guarded
from lightbox_edge.reading.kinds import HEAD_BYTES, kind_of
from lightbox_edge.reporting.film_files import film_file
from lightbox_edge.reporting.records import FilmReport
from lightbox_edge.worklist import Worklist

if TYPE_CHECKING:
    from pydicom import Dataset

UNREADABLE: Final = "it could not be read"
GONE: Final = "its file is gone, or is no longer the one that was judged"
NOT_DICOM: Final = "no DICOM file"
MANY: Final = "one of several pictures in its file"
NO_IDENTIFIERS: Final = "its header lacks the UIDs of an image in a study"
BROKEN: Final = "its header is damaged, or of a kind that no object can refer to"

_IDENTIFIERS: Final = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")
_MAY_BE_EMPTY: Final = (
    "PatientID", "PatientName", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID", "StudyDate",
    "StudyTime", "ReferringPhysicianName",
)  # fmt: skip
_SEXES: Final = ("M", "F", "O", "")


class LeftOut(Exception):
    """A film that gets no object; the reason in a few words."""


def dicom_source(row: FilmReport, worklist: Worklist) -> tuple[Source, Dataset]:
    """A film's file and its data set, in which all is there that an object copies.

    Raises:
        LeftOut: there is no such file.
    """
    if row.status == "unreadable":
        raise LeftOut(UNREADABLE)
    source = film_file(worklist, row)
    if source is None:
        raise LeftOut(GONE)
    try:
        content = read_bytes(source)
    except LightboxError as error:
        raise LeftOut(GONE) from error
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise LeftOut(GONE)
    if kind_of(content[:HEAD_BYTES]) != "DICOM":
        raise LeftOut(NOT_DICOM)
    if row.frame is not None:
        raise LeftOut(MANY)
    return source, _header(content)


def _header(content: bytes) -> Dataset:
    from lightbox_edge.reading.dicom import open_dicom  # as in `read_frames`

    try:
        header = open_dicom(content, Limits()).dataset
        with guarded(BROKEN):
            is_whole = all(header.get(keyword) for keyword in _IDENTIFIERS)
            _complete(header)
    except LightboxError as error:
        raise LeftOut(BROKEN) from error
    if not is_whole:
        raise LeftOut(NO_IDENTIFIERS)
    return header


def _complete(header: Dataset) -> None:
    """Add what may be empty, and empty what is written where it is unknown."""
    for keyword in _MAY_BE_EMPTY:
        if keyword not in header:
            setattr(header, keyword, "")
    if header.PatientSex not in _SEXES:
        header.PatientSex = ""
    if "PixelSpacing" in header and not all(header.PixelSpacing or (0,)):
        del header.PixelSpacing
