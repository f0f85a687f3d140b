"""What comes out of judging one image: plain frozen records, the same in the worklist and as JSON."""

from __future__ import annotations

from typing import Literal

import msgspec

from lightbox_edge.manifest import Probability
from lightbox_edge.radiograph import Header

Status = Literal["judged", "not judged", "unreadable"]
Triage = Literal["flagged", "uncertain", "not flagged", "not judged"]
FilmKey = tuple[str, int]  # SHA-256 and frame, 0 for an only one: copies of a file are one film


class DescriptorScore(msgspec.Struct, frozen=True):
    """Probability that the sentence ``present`` fits better than its denial; it explains the finding's."""

    present: str
    probability: Probability


class FindingScore(msgspec.Struct, frozen=True):
    """A finding's calibrated probability, the threshold it is held against, and its descriptors' own."""

    name: str
    probability: Probability
    threshold: Probability
    flagged: bool
    validated: bool = True
    descriptors: tuple[DescriptorScore, ...] = ()


class Outcome(msgspec.Struct, frozen=True):
    """What Lightbox says of one picture, whatever file it came from."""

    status: Status
    triage: Triage
    reasons: tuple[str, ...] = ()
    findings: tuple[FindingScore, ...] = ()
    view: str | None = None
    header: Header = Header()
    seconds: float = 0.0

    @property
    def highest(self) -> FindingScore | None:
        """The finding that a list names: the most probable of the flagged, else of all; None without any."""
        return max(self.findings, key=lambda one: (one.flagged, one.probability), default=None)


class AnomalyRank(msgspec.Struct, frozen=True):
    """Where a film stands among the ``films`` of its batch; rank 1 is the least like the others.

    It is no probability, says nothing of any finding and has no part in a triage, see `anomaly`.
    """

    rank: int
    films: int

    @property
    def percentile(self) -> float:
        """How much of the batch, in percent, is more like the others than this film."""
        return 100 * (self.films - self.rank) / self.films


class Result(msgspec.Struct, frozen=True):
    """One row of the worklist: a picture in a file.

    ``frame`` counts from 1 in a multi-frame file and is None in any other. ``sha256`` is that of the
    file's bytes, None if they could not be read. The outcome's ``seconds`` are the work spent on it.
    ``anomaly`` is known only once a batch of films has been screened, and is no part of the JSON line.
    """

    file: str
    frame: int | None
    sha256: str | None
    outcome: Outcome
    anomaly: AnomalyRank | None = None

    @property
    def path(self) -> str:
        """How the picture is named everywhere: ``file``, or ``file#2`` for its second frame."""
        return self.file if self.frame is None else f"{self.file}#{self.frame}"

    @property
    def film(self) -> FilmKey | None:
        """The picture by its content, whatever path it has; None where the file could not be read."""
        return (self.sha256, self.frame or 0) if self.sha256 else None

    def json(self) -> bytes:
        """One line of ``lightbox screen --json``, without its newline."""
        outcome = self.outcome
        return msgspec.json.encode(
            {
                "path": self.path,
                "sha256": self.sha256,
                "status": outcome.status,
                "triage": outcome.triage,
                "reasons": outcome.reasons,
                "findings": [
                    {
                        "name": finding.name,
                        "probability": round(finding.probability, 6),
                        "threshold": finding.threshold,
                        "flagged": finding.flagged,
                    }
                    for finding in outcome.findings
                ],
                "view": outcome.view,
                "seconds": round(outcome.seconds, 4),
            }
        )
