"""What DICOM objects have in common: identifiers and times that come from what they hold, and their bytes."""

from __future__ import annotations

import io
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from lightbox_edge.regions import Region
from lightbox_edge.reporting.headings import ReportedJudge
from lightbox_edge.reporting.records import FilmReport

if TYPE_CHECKING:
    from pydicom import Dataset

MANUFACTURER: Final = "Lightbox"
MODEL: Final = "lightbox-triage"
_CHARACTERS: Final = "ISO_IR 192"  # UTF-8: a reader's name may be in any script
_NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, "urn:lightbox:dicom")
_UNKNOWN: Final = "2.25.0"


@dataclass(frozen=True, slots=True, eq=False)
class DicomFilm:
    """One row of the worklist whose film is a DICOM file that is still there.

    Attributes:
        report: what the machine and the readers say.
        judge: the machine.
        header: the file's data set.
        regions: of lungs, heart and what is flagged; empty unless the very judge of the row is at hand.
        at: when the last thing was said of it, UTC.
        notice: that it is no diagnosis.
        lightbox: the version of the program.
    """

    report: FilmReport
    judge: ReportedJudge
    header: Dataset
    regions: tuple[Region, ...]
    at: datetime
    notice: str
    lightbox: str

    def uid(self, *names: str) -> str:
        """A UID of something of this film and this judge, always the same."""
        return uid_of(self.report.key, self.judge.id, *names)

    def instance(self, kind: str) -> dict[str, Any]:
        """What highdicom asks of every object, whose times and SOPInstanceUID come when it is `finished`."""
        return {
            "series_instance_uid": uid_of(str(self.header.StudyInstanceUID), self.judge.id, kind),
            "sop_instance_uid": _UNKNOWN,
            "instance_number": self._number,
            "manufacturer": MANUFACTURER,
            "manufacturer_model_name": MODEL,
            "software_versions": self.lightbox,
            "device_serial_number": self.judge.id,
            "specific_character_set": _CHARACTERS,
        }

    @property
    def _number(self) -> int:
        """InstanceNumber, that of the film where it has one."""
        told = str(self.header.get("InstanceNumber") or "")
        return int(told) if told.isdecimal() and 0 < int(told) < 2**31 else 1


def uid_of(*parts: str) -> str:
    """A UID derived from a UUID (PS3.5 B.2), the same for the same parts."""
    return f"2.25.{uuid.uuid5(_NAMESPACE, chr(0).join(parts)).int}"


def finished(made: Dataset, film: DicomFilm) -> bytes:
    """The file of an object: its times are the film's, its SOPInstanceUID is that of its bytes.

    So another decision, another version or another encoding is another instance, and the same is the same.
    """
    made.InstanceCreationDate = made.ContentDate = film.at.strftime("%Y%m%d")
    made.InstanceCreationTime = made.ContentTime = film.at.strftime("%H%M%S")
    made.SpecificCharacterSet = _CHARACTERS
    for machine in made.get("ContributingEquipmentSequence", ()):
        machine.pop("ContributionDateTime", None)  # highdicom writes now, which is not when
    made.SOPInstanceUID = uid_of(_bytes(made).hex())
    made.file_meta.MediaStorageSOPInstanceUID = made.SOPInstanceUID
    return _bytes(made)


def _bytes(made: Dataset) -> bytes:
    file = io.BytesIO()
    made.save_as(file, enforce_file_format=True)
    return file.getvalue()
