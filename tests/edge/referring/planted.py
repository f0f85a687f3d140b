"""A patient who stands in every place of a file, and a search for him in whatever comes out."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
from pydicom import Dataset, config, dcmwrite
from pydicom.datadict import DicomDictionary, RepeatersDictionary
from pydicom.dataelem import DataElement
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from lightbox_edge.referring.kept_attributes import NUMBERS

NAME, GIVEN, NUMBER = "KOWALSKI", "Zdzislawa", 19631224
TEXTS = (NAME, GIVEN, str(NUMBER), "KOWALS")
UID = f"1.2.826.0.1.{NUMBER}.7"
PATIENT = f"{NAME}^{GIVEN} {NUMBER}"

_SHORT = 12224  # of NUMBER, what a 16-bit value has room for
_BYTES = f"{PATIENT} {GIVEN}".encode("utf-16-le")
_VALUES: dict[str, object] = {
    **dict.fromkeys(("AE", "SH", "CS"), NAME),
    **dict.fromkeys(("DA", "IS", "DS"), str(NUMBER)),
    **dict.fromkeys(("FL", "FD"), float(NUMBER)),
    **dict.fromkeys(("US", "SS"), _SHORT),
    **dict.fromkeys(("UL", "SL", "UV", "SV"), NUMBER),
    **dict.fromkeys(("OB", "OW", "UN"), _BYTES),
    "PN": f"{NAME}^{GIVEN}",
    "TM": "122419.63",
    "DT": f"{NUMBER}122419",
    "AS": "063Y",
    "UI": UID,
    "AT": 0x19631224,
    "OL": struct.pack("<I", NUMBER),
    "OF": struct.pack("<f", NUMBER),
    "OD": struct.pack("<d", NUMBER),
    "OV": struct.pack("<Q", NUMBER),
}


def planted_value(vr: str) -> object:
    """The patient as a value of a VR."""
    return _VALUES.get(vr.split(" or ")[0], PATIENT)


def traces(content: bytes) -> list[str]:
    """What of the patient is in some bytes, in any of the ways in which it may be written."""
    lower = content.lower()
    ways = {
        f"{text} in {encoding}": text.lower().encode(encoding)
        for text in TEXTS
        for encoding in ("utf-8", "utf-16-le", "utf-16-be")
    }
    ways |= {
        f"the number as {form}": struct.pack(form, NUMBER) for form in ("<I", ">I", "<d", ">d", "<f", ">f")
    }
    return [way for way, sought in ways.items() if sought in lower or sought in content]


def film(side: int = 32, **values: object) -> Dataset:
    """A small DICOM film that anybody may see."""
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.SOPClassUID, made.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.1", "1.2.3.4.1"
    made.Modality, made.Rows, made.Columns, made.SamplesPerPixel = "CR", side, side, 1
    made.PhotometricInterpretation, made.PixelRepresentation = "MONOCHROME2", 0
    made.BitsAllocated, made.BitsStored, made.HighBit = 16, 12, 11
    made.PixelSpacing, made.WindowCenter, made.WindowWidth = [0.2, 0.2], "2000", "3000"
    made.PixelData = np.arange(side * side, dtype=np.uint16).tobytes()
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def written(dataset: Dataset, preamble: bytes = bytes(128), behind: bytes = b"") -> bytes:
    """The data set as a file, whatever its values are."""
    before = config.settings.writing_validation_mode
    config.settings.writing_validation_mode = config.IGNORE
    try:
        out = BytesIO()
        dataset.preamble = preamble
        dcmwrite(out, dataset, enforce_file_format=True)
    finally:
        config.settings.writing_validation_mode = before
    return out.getvalue() + behind


def plant_everywhere(dataset: Dataset) -> int:
    """The patient in every attribute of the dictionary that no picture needs, and how many they are."""
    count = 0
    for tag, (vr, _, _, _, keyword) in DicomDictionary.items():
        if (
            keyword in _NEEDED
            or tag >> 16 in (0x0000, 0x0002)
            or vr in ("SQ", "NONE", "OB or OW")
            or not keyword
        ):
            continue
        count += plant(dataset, tag, vr)
    for mask, (vr, *_) in RepeatersDictionary.items():
        if vr not in ("SQ", "NONE"):
            count += plant(dataset, int(mask.replace("x", "0"), 16), vr)
    return count


def plant(dataset: Dataset, tag: int, vr: str) -> int:
    """One attribute."""
    dataset.add(DataElement(tag, vr.split(" or ")[0], planted_value(vr), validation_mode=config.IGNORE))
    return 1


def png_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


_NEEDED = {
    *NUMBERS, "PhotometricInterpretation", "SOPClassUID", "Modality", "PixelData", "FloatPixelData",
    "DoubleFloatPixelData", "PresentationLUTShape", "VOILUTFunction", "PixelPaddingValue",
    "SpecificCharacterSet", "ExtendedOffsetTable", "ExtendedOffsetTableLengths", "PixelDataProviderURL",
}  # fmt: skip
