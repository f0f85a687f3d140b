"""The one picture type that flows through the house."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Header:
    """What a DICOM file says about its picture, under DICOM's own keywords (PS3.6); empty if absent."""

    PatientID: str = ""
    PatientAge: str = ""
    PatientSex: str = ""
    StudyDate: str = ""
    Modality: str = ""
    ViewPosition: str = ""
    PatientOrientation: str = ""


@dataclass(frozen=True, slots=True)
class Radiograph:
    """One grayscale picture whose photometric meaning is resolved: 0 is air, the maximum is dense.

    Attributes:
        pixels: (rows, columns), uint8 or uint16, after modality LUT, VOI LUT or window, and the
            inversion of MONOCHROME1 (DICOM PS3.3 C.11.1, C.11.2, C.7.6.3.1.2), in that order. May be
            smaller than the stored picture, see ``stored_size``.
        stored_size: (rows, columns) of the picture in the file.
        spacing: (row, column) distance of the centres of two *stored* pixels in mm, None if unknown.
        header: the DICOM attributes that a worklist shows.
        spacing_from: the DICOM keyword that told ``spacing``; only PixelSpacing may mean the patient.
    """

    pixels: NDArray[np.uint8] | NDArray[np.uint16]
    stored_size: tuple[int, int]
    spacing: tuple[float, float] | None = None
    header: Header = field(default_factory=Header)
    spacing_from: str = ""
