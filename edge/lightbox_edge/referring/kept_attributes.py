"""The attributes of a DICOM film that travel: what shows the picture, and no text that anybody typed.

The Basic Profile names what must go; a file also holds what it does not name, so here stands what may stay.
A value stays where it is a number, or one of the terms that the standard has for its attribute (PS3.3).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

NUMBERS: Final = (
    "SamplesPerPixel",
    "PlanarConfiguration",
    "NumberOfFrames",
    "Rows",
    "Columns",
    "PixelAspectRatio",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "PixelPaddingValue",
    "PixelPaddingRangeLimit",
    "PixelIntensityRelationshipSign",
    "PixelSpacing",
    "ImagerPixelSpacing",
    "NominalScannedPixelSpacing",
    "RescaleIntercept",
    "RescaleSlope",
    "WindowCenter",
    "WindowWidth",
    "LossyImageCompressionRatio",
    "RedPaletteColorLookupTableDescriptor",
    "GreenPaletteColorLookupTableDescriptor",
    "BluePaletteColorLookupTableDescriptor",
)

_PARTS: Final = (
    "ABDOMEN|ANKLE|ARM|CALCANEUS|CERVICALSPINE|CHEST|CLAVICLE|CSPINE|ELBOW|FEMUR|FINGER|FOOT|FOREARM|HAND|HIP|HUMERUS|"
    "KNEE|LEG|LSPINE|LUMBARSPINE|PELVIS|RIB|RIBS|SHOULDER|SKULL|SPINE|STERNUM|THORAX|TIBIAFIBULA|TOE|TSPINE|WRIST"
)
_TERMS: Final = {
    "Modality": "CR|DX|DR|RG|RF|SC|OT|XC",
    "ImageType": "ORIGINAL|DERIVED|PRIMARY|SECONDARY",
    "ConversionType": "DV|DI|DF|WSD|SD|SI|DRW|SYN",
    "PhotometricInterpretation": "MONOCHROME[12]|PALETTE COLOR|RGB|YBR_(FULL(_422)?|PARTIAL_42[02]|ICT|RCT)",
    "PresentationLUTShape": "IDENTITY|INVERSE",
    "PixelIntensityRelationship": "LIN|LOG|DISP",
    "PixelSpacingCalibrationType": "GEOMETRY|FIDUCIAL",
    "RescaleType": "US|OD|HU",
    "VOILUTFunction": "LINEAR|LINEAR_EXACT|SIGMOID",
    "LossyImageCompression": "0[01]",
    "LossyImageCompressionMethod": "ISO_(10918_1|14495_1|15444_1|15444_15)",
    "BurnedInAnnotation": "YES|NO",
    "BodyPartExamined": _PARTS,
    "ViewPosition": "AP|PA|LL|RL|RLD|LLD|RLO|LLO|LAT|LATERAL",
    "PatientOrientation": "[APRLHF]{1,3}",
    "Laterality": "[RLUB]",
    "ImageLaterality": "[RLUB]",
}
TERMS: Final = {keyword: re.compile(pattern) for keyword, pattern in _TERMS.items()}

TABLES: Final = ("ModalityLUTSequence", "VOILUTSequence")
"""Sequences of lookup tables; of each item the descriptor and the entries stay."""

PALETTES: Final = tuple(f"{colour}PaletteColorLookupTable" for colour in ("Red", "Green", "Blue"))

_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_LONGEST_NUMBER: Final = 24


def is_number(value: object) -> bool:
    """Whether a value is a number and no more, as it is written."""
    written = str(value).strip()
    return len(written) <= _LONGEST_NUMBER and _NUMBER.fullmatch(written) is not None


def known_terms(keyword: str, values: Sequence[object]) -> list[str]:
    """The values as far as the first that is no term of this attribute."""
    known = []
    for value in values:
        written = str(value).strip()
        if not TERMS[keyword].fullmatch(written):
            break
        known.append(written)
    return known
