"""Names that mean something inside one pack and nothing outside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import uuid4


@dataclass(slots=True)
class Pseudonyms:
    """Random UIDs and numbered patients: the same for the same, so that series and patients stay together.

    They are never derived from what they stand for, and forgotten with the pack, so nobody finds the one from
    the other, nor the same patient in two packs.
    """

    referral: str
    _uids: dict[str, str] = field(default_factory=dict)
    _patients: dict[str, int] = field(default_factory=dict)

    def uid(self, original: str) -> str:
        """A UID (PS3.5 B.2) in the place of another one; a new one each time where there was none."""
        return self._uids.setdefault(original, _random()) if original else _random()

    def patient(self, original: str) -> str:
        """A PatientID in the place of another one; a film without one is a patient of its own."""
        number = self._patients.setdefault(original or _random(), len(self._patients) + 1)
        return f"{self.referral[:8]}-{number}"


def _random() -> str:
    return f"2.25.{uuid4().int}"
