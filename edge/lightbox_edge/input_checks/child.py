"""Children, for bundles that know adults alone."""

from __future__ import annotations

import re

from lightbox_edge.input_checks.reason import Reason
from lightbox_edge.input_checks.seen import Seen

ADULT_FROM_YEARS = 16
_AGE = re.compile(r"(\d{1,3})([DWMY])")
_PER_YEAR = {"D": 365.25, "W": 52.18, "M": 12.0, "Y": 1.0}


def check(seen: Seen) -> Reason | None:
    """What to say of a child, by the header's PatientAge, or where it gives none by looks."""
    years = years_old(seen.picture.header.PatientAge)
    if years is not None:
        if years >= ADULT_FROM_YEARS:
            return None
        return Reason(
            "child",
            f"Its header says that the patient is a child ({seen.picture.header.PatientAge}), and this "
            "bundle knows adults alone; a person must read it",
        )
    if seen.righted.child <= seen.limits.child:
        return None
    return Reason(
        "child",
        "It looks like a child's film, and this bundle knows adults alone; a person must read it",
    )


def years_old(age: str) -> float | None:
    """A DICOM age (PS3.5 6.2, AS: 034Y, 018M, 003W, 010D) in years; None if it is none."""
    found = _AGE.fullmatch(age.strip().upper())
    return int(found[1]) / _PER_YEAR[found[2]] if found else None
