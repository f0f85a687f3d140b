"""What a quantization tried and what it cost, as a table for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lightbox_edge.backends import BackendName
from lightbox_quantize.gate import FindingLoss

if TYPE_CHECKING:
    from lightbox_quantize.image_ladder import Measured


@dataclass(frozen=True, slots=True)
class Row:
    """One model that was tried; ``objections`` empty if it is in the bundle."""

    role: str
    precision: str
    method: str
    megabytes: float
    milliseconds: Mapping[BackendName, float]
    fidelity: str
    objections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Every model that was tried, and what each finding lost in those that are in the bundle."""

    rows: tuple[Row, ...]
    losses: tuple[FindingLoss, ...]

    def lines(self) -> list[str]:
        """The table, one line a row."""
        lines = [f"{'role':<14} {'precision':<13} {'way':<21} {'MB':>6}  {'ms a film':<34} against fp32"]
        for row in self.rows:
            times = ", ".join(f"{backend} {taken:.1f}" for backend, taken in row.milliseconds.items())
            verdict = f"  REFUSED: {'; '.join(row.objections)}" if row.objections else ""
            lines.append(
                f"{row.role:<14} {row.precision:<13} {row.method:<21} {row.megabytes:>6.1f}  {times:<34} "
                f"{row.fidelity}{verdict}"
            )
        lines += [
            f"{one.finding:<22} AUC lost {one.auc_lost:+.4f}, sensitivity lost {one.sensitivity_lost:+.3f} "
            f"on {one.dataset}"
            for one in self.losses
        ]
        return lines


def image_row(made: Measured) -> Row:
    """An image encoder's row."""
    return Row(
        "image_encoder",
        made.precision,
        made.candidate.method,
        len(made.candidate.model) / 1e6,
        made.candidate.milliseconds,
        f"cosine {made.cost.cosine:.4f}, same triage {made.cost.triage_agreement:.1%}",
        made.objections,
    )
