"""What DICOM's Basic Application Confidentiality Profile names (PS3.15 Table E.1-1, edition 2026c).

The table is dicom_anonymizer's. Its walk is not used: that looks at the outermost level alone, keeps whatever
the table does not name, writes dates where the profile removes them, fails on values of some VRs, and
remembers UIDs as long as the process lives.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

from dicomanonymizer.dicomfields_selector import dicom_anonymization_database_selector

EDITION: Final = "2026c"
CODE: Final = ("113100", "DCM", "Basic Application Confidentiality Profile")  # PS3.16 CID 7050


class _Group(NamedTuple):
    """A repeating group: what a tag must be under the two masks."""

    group: int
    element: int
    group_mask: int
    element_mask: int


def is_named(group: int, element: int) -> bool:
    """Whether the profile does anything to an attribute: then it must not stay as it is."""
    single, repeating = _table()
    return (group, element) in single or any(
        group & one.group_mask == one.group & one.group_mask
        and element & one.element_mask == one.element & one.element_mask
        for one in repeating
    )


@cache
def _table() -> tuple[frozenset[tuple[int, ...]], tuple[_Group, ...]]:
    named = [
        tuple(tag) for tag in dicom_anonymization_database_selector(f"dicomfields_{EDITION}")["ALL_TAGS"]
    ]
    return (
        frozenset(tag for tag in named if len(tag) == 2),
        tuple(_Group(*tag) for tag in named if len(tag) == 4),
    )
