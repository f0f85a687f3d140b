"""Which findings a teacher's bundle looks for, and what is known of them before anything is measured."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lightbox_edge.errors import LightboxError
from lightbox_edge.findings import WantedFinding, read_findings
from lightbox_edge.manifest import Descriptor, Finding, OperatingPoint, Target
from lightbox_export.recipe import load_recipe

USUAL_TARGET = Target("sensitivity", 0.9)  # what the WHO asks of triage for tuberculosis


@dataclass(frozen=True, slots=True)
class Wanted:
    """Findings, the operating points that are only assumed, and the targets that labels can reach."""

    findings: tuple[Finding, ...]
    assumed: dict[str, OperatingPoint]
    targets: dict[str, Target]


def wanted_findings(file: Path | None, measured: bool) -> Wanted:
    """The findings of a file, or those that ``chest-open`` ships.

    Args:
        file: as `lightbox_edge.findings.read_findings` takes it; each finding with its descriptors.
        measured: whether labels will set the thresholds.

    Raises:
        LightboxError: the file is wrong, or says what labels would say otherwise.
    """
    if file is None:
        recipe = load_recipe("chest-open")
        findings = recipe.findings()
        return Wanted(findings, {one.name: OperatingPoint.assumed(0.5) for one in findings}, recipe.shipped())
    wanted = read_findings(file)
    for one in wanted:
        if not one.descriptors:
            raise LightboxError(
                f"{file}: {one.name!r} has no descriptors, and a new bundle has none: add them."
            )
        if measured and one.threshold is not None:
            raise LightboxError(
                f"{file} sets a threshold for {one.name!r}, and --labels measures it: drop one."
            )
    return Wanted(
        tuple(map(_finding, wanted)),
        {one.name: OperatingPoint.assumed(0.5 if one.threshold is None else one.threshold) for one in wanted},
        {one.name: USUAL_TARGET for one in wanted},
    )


def _finding(one: WantedFinding) -> Finding:
    return Finding(one.name, tuple(Descriptor(*sentences) for sentences in one.descriptors))
