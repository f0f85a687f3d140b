"""A DICOM film without its patient: a new data set that gets only what may travel (PS3.15 Annex E).

Nothing is deleted from the old one, so nothing can be forgotten in it: private attributes, sequences,
overlays, curves, the preamble and what stands behind the pixels stay behind because nobody asks for them.
"""

from __future__ import annotations

from io import BytesIO
from typing import Final

from pydicom import Dataset, dcmwrite
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian

from lightbox_edge.errors import UnreadableImage
from lightbox_edge.reading.dicom import DAMAGED, DicomFile, open_dicom
from lightbox_edge.reading.dicom_values import text
from lightbox_edge.reading.guard import guarded
from lightbox_edge.reading.limits import DEFAULT_LIMITS, Limits
from lightbox_edge.referring.bare_pixels import bare_frame, bare_native
from lightbox_edge.referring.dicom_kept import add, copy_kept, copy_tables
from lightbox_edge.referring.profile import CODE, EDITION
from lightbox_edge.referring.pseudonyms import Pseudonyms

_SECONDARY_CAPTURE: Final = "1.2.840.10008.5.1.4.1.1.7"
_METHOD: Final = f"Lightbox: PS3.15 {EDITION} Basic Profile, then what is on a list"
_EMPTY: Final = (  # of type 2 (PS3.3): there, and without a value
    "PatientBirthDate",
    "PatientSex",
    "StudyDate",
    "StudyTime",
    "StudyID",
    "AccessionNumber",
    "ReferringPhysicianName",
    "SeriesNumber",
    "Manufacturer",
)


def bare_dicom(data: bytes, number: int, names: Pseudonyms, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """The film as a DICOM file that tells nobody whose it is; compressed pixels stay compressed as they are.

    Args:
        data: a DICOM file.
        number: the film's in its pack, which becomes its InstanceNumber.
        names: what stands for its patient and its UIDs.
        limits: see `open_dicom`.

    Raises:
        NotJudged, UnreadableImage: see `open_dicom`.
    """
    file = open_dicom(data, limits)
    with guarded(DAMAGED):
        made = _identity(file.dataset, number, names)
        copy_kept(file.dataset, made)
        copy_tables(file.dataset, made, Dataset)
        _copy_pixels(file, made)
        return _written(file, made)


def _identity(film: Dataset, number: int, names: Pseudonyms) -> Dataset:
    made = Dataset()
    for keyword in _EMPTY:
        setattr(made, keyword, None)
    made.SOPClassUID = _sop_class(film)
    made.PatientID = made.PatientName = names.patient(text(film, "PatientID"))
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
        setattr(made, keyword, names.uid(text(film, keyword)))
    made.InstanceNumber = number
    made.PatientIdentityRemoved = "YES"
    made.LongitudinalTemporalInformationModified = "REMOVED"
    made.DeidentificationMethod = _METHOD
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = CODE
    made.DeidentificationMethodCodeSequence = [code]
    return made


def _sop_class(film: Dataset) -> str:
    """The file's own kind, if it is a kind of image that the standard knows."""
    for dataset, keyword in ((film, "SOPClassUID"), (film.file_meta, "MediaStorageSOPClassUID")):
        uid = UID(text(dataset, keyword))
        if "ImageStorage" in uid.keyword:  # empty for one that the standard does not have
            return str(uid)
    return _SECONDARY_CAPTURE


def _copy_pixels(file: DicomFile, made: Dataset) -> None:
    keyword = next(
        name for name in ("PixelData", "FloatPixelData", "DoubleFloatPixelData") if name in file.dataset
    )
    element = file.dataset[keyword]
    if not file.compressed:
        add(made, element, bare_native(file.pixels, file.form))
        return
    frames = generate_frames(
        file.pixels, number_of_frames=file.form.frames, extended_offsets=_offsets(file.dataset)
    )
    made.PixelData = encapsulate([bare_frame(frame) for frame in frames])
    made["PixelData"].VR = "OB"
    made["PixelData"].is_undefined_length = True


def _offsets(film: Dataset) -> tuple[bytes, bytes] | None:
    if "ExtendedOffsetTable" in film and "ExtendedOffsetTableLengths" in film:
        return film.ExtendedOffsetTable, film.ExtendedOffsetTableLengths
    return None


def _written(file: DicomFile, made: Dataset) -> bytes:
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = _syntax(file)
    out = BytesIO()
    dcmwrite(out, made, enforce_file_format=True)
    return out.getvalue()


def _syntax(file: DicomFile) -> UID:
    """Compressed frames keep theirs; uncompressed pixels keep the order of their bytes."""
    if not file.compressed:
        return ExplicitVRBigEndian if file.form.big_endian else ExplicitVRLittleEndian
    syntax = UID(text(file.dataset.file_meta, "TransferSyntaxUID"))
    if not syntax.is_transfer_syntax or syntax.is_private or not syntax.is_encapsulated:
        raise UnreadableImage("Its pixels are compressed and its header says that they are not.")
    return syntax
