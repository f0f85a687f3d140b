"""What a reader asks to see of his list."""

from __future__ import annotations

from dataclasses import dataclass

from lightbox_edge.decisions.standing import State
from lightbox_edge.decisions.visibility import Visible
from lightbox_edge.results import Triage


@dataclass(frozen=True, slots=True)
class Filter:
    """All of what is given must hold; nothing given lets every film through.

    Attributes:
        triage: the machine's.
        finding: a finding that the machine flags.
        state: ``open`` (nobody has decided), ``decided`` or ``disputed``, by what the reader may see.
        reader: whose decision stands, by the same.
        reason: a code of `lightbox_edge.input_checks`, why a film is not judged or what was done to it.
        patient: a part of the PatientID.
        text: a part of the path; in both, small and capital letters of A to Z are the same.
    """

    triage: Triage | None = None
    finding: str = ""
    state: State | None = None
    reader: str = ""
    reason: str = ""
    patient: str = ""
    text: str = ""

    def lets_through(self, visible: Visible) -> bool:
        """Whether what the reader may see of a film's decisions is what he asks for.

        What asks for the machine's view never finds a film on which it is hidden: it would tell it.
        """
        if (self.triage or self.finding or self.reason) and not visible.machine:
            return False
        if self.state and self.state != visible.state:
            return False
        return not self.reader or self.reader in visible.readers
