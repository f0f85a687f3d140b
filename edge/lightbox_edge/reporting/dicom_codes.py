"""The coded concepts of DICOM objects (PS3.16 8): SNOMED CT's and DICOM's own, else `SCHEME`'s.

A finding that a clinic has put into its own words has no standard code: its private one is made of its name.
"""

from __future__ import annotations

import hashlib
from typing import Final, NamedTuple

SCHEME: Final = "99LIGHTBOX"
SCHEME_NAME: Final = "Concepts of Lightbox, an offline triage of X-rays"
SCHEME_OWNER: Final = "The Lightbox authors"
_LONGEST: Final = 64  # letters of a meaning (LO)


class Code(NamedTuple):
    """A concept; a ``value`` has at most 16 letters."""

    value: str
    scheme: str
    meaning: str


COMMENT: Final = Code("121106", "DCM", "Comment")
CERTAINTY: Final = Code("111012", "DCM", "Certainty of Finding")
ARTIFICIAL_INTELLIGENCE: Final = Code("123110", "DCM", "Artificial Intelligence")
DEVICE: Final = Code("121007", "DCM", "Device")
PERSON: Final = Code("121006", "DCM", "Person")
PLAIN_RADIOGRAPHY: Final = Code("168537006", "SCT", "Plain radiography")
AREA: Final = Code("42798000", "SCT", "Area")
YES: Final = Code("373066001", "SCT", "Yes")
NO: Final = Code("373067005", "SCT", "No")
STRUCTURE: Final = Code("91723000", "SCT", "Anatomical Structure")
ABNORMAL: Final = Code("49755003", "SCT", "Morphologically Abnormal Structure")

PERCENT: Final = Code("%", "UCUM", "Percent")
SQUARE_CENTIMETRE: Final = Code("cm2", "UCUM", "Square centimeter")
RATIO: Final = Code("{ratio}", "UCUM", "ratio")

TRIAGE: Final = Code("triage", SCHEME, "Triage")
THRESHOLD: Final = Code("threshold", SCHEME, "Probability at which the finding is flagged")
FLAGGED: Final = Code("flagged", SCHEME, "Flagged")
VALIDATED: Final = Code("validated", SCHEME, "Words and threshold were validated")
CARDIOTHORACIC_RATIO: Final = Code("ctr", SCHEME, "Cardiothoracic ratio, found by a machine")
KIND: Final = Code("kind", SCHEME, "Kind of reading")
ANSWER: Final = Code("answer", SCHEME, "Answer of a reader")
SEEN: Final = Code("seen", SCHEME, "Seen by a reader")
COUNTS: Final = Code("counts", SCHEME, "Counts, where readings differ")
BLIND: Final = Code("blind", SCHEME, "Read before the machine's view was seen")

ORGANS: Final = {
    "lung_left": Code("44029006", "SCT", "Left lung"),
    "lung_right": Code("3341006", "SCT", "Right lung"),
    "heart": Code("80891009", "SCT", "Heart"),
}

_FINDINGS: Final = {
    "lung opacity": Code("112001", "DCM", "Opacity"),
    "pleural effusion": Code("60046008", "SCT", "Pleural effusion"),
    "cardiomegaly": Code("8186001", "SCT", "Cardiomegaly"),
    "atelectasis": Code("46621007", "SCT", "Atelectasis"),
    "consolidation": Code("9656002", "SCT", "Consolidation"),
    "pulmonary edema": Code("19242006", "SCT", "Pulmonary edema"),
    "pneumothorax": Code("36118008", "SCT", "Pneumothorax"),
}


def finding_code(name: str) -> Code:
    """The code of a finding by its name in the bundle or the findings file."""
    digest = hashlib.sha256(name.casefold().encode()).hexdigest()
    return _FINDINGS.get(name.casefold()) or Code(f"f-{digest[:12]}", SCHEME, name[:_LONGEST])


def own_code(word: str) -> Code:
    """The code of one of Lightbox's own words: a triage, a reader's answer, a kind of reading."""
    return Code(word.replace(" ", "-"), SCHEME, word)


def yes_or_no(answer: bool) -> Code:
    """DICOM's way to say it (CID 230)."""
    return YES if answer else NO
