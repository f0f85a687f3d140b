"""A row of the worklist as a reader decides on it."""

from __future__ import annotations

from dataclasses import dataclass

from lightbox_edge.decisions.records import MachineView
from lightbox_edge.results import FilmKey, Result
from lightbox_edge.worklist import Judge


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """One row of the worklist and who judged it."""

    result: Result
    judge: Judge

    @property
    def film(self) -> FilmKey | None:
        """The film by its content; None where the file could not even be read."""
        return self.result.film

    @property
    def machine(self) -> MachineView:
        """What a decision on this row keeps of what the machine says."""
        judge, outcome = self.judge, self.result.outcome
        flagged = tuple(one.name for one in outcome.findings if one.flagged)
        return MachineView(
            judge.id,
            judge.bundle,
            judge.version,
            judge.precision,
            judge.calibration,
            outcome.triage,
            flagged,
        )
