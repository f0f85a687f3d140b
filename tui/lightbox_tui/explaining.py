"""A row of the worklist in words."""

from __future__ import annotations

from lightbox_edge import Outcome, Result
from lightbox_edge.decisions import Decision, FilmStanding, ReviewRow
from lightbox_edge.languages import ENGLISH, Language

# A mark beside every colour: some readers see no red, some consoles show none.
_MARKS = {"flagged": "!", "uncertain": "?", "not flagged": ".", "not judged": "x"}


def explain(row: ReviewRow, standing: FilmStanding, shown: bool, say: Language = ENGLISH) -> str:
    """The chosen film in words: who, what was decided, what was found against which threshold, and why."""
    result = row.result
    head = [result.path, _patient(result.outcome), "", *_decisions(standing, row.judge.id)]
    if not shown:
        return "\n".join([*head, "What the machine says is hidden until you have decided."])
    return "\n".join([*head, *_machine(result)])


def _decisions(standing: FilmStanding, judge: str) -> list[str]:
    """Every decision that stands, and a line between them and what follows."""
    lines = [line for one in standing.decisions for line in _decision(one, judge)]
    if standing.is_disputed:
        lines.append("They differ: a third reader arbitrates.")
    return [*lines, ""] if lines else []


def _decision(one: Decision, judge: str) -> list[str]:
    """A decision, and what it was about where that was the view of another judge than this row's."""
    kind = "" if one.kind == "decision" else f" ({one.kind})"
    lines = [f"{one.reader}{kind}: {one.words}", f"    {one.at[:16].replace('T', ' ')} UTC"]
    if one.machine.judge != judge:
        machine = one.machine
        lines.append(
            f"    when {machine.bundle} {machine.version} {machine.precision} said: {machine.triage}"
        )
    return [*lines, f"    {one.note}"] if one.note else lines


def _machine(row: Result) -> list[str]:
    outcome = row.outcome
    lines = [f"{_MARKS[outcome.triage]} {outcome.triage}", *outcome.reasons]
    for one in outcome.findings:
        lines += [
            "",
            f"{'!' if one.flagged else ' '} {one.name}  {one.probability:.2f} (flags at {one.threshold:.2f})",
        ]
        lines += [f"    {part.probability:.2f}  {part.present}" for part in one.descriptors]
    if row.anomaly:
        lines += ["", f"unlike the others: {row.anomaly.rank} of {row.anomaly.films} (1 is the strangest)"]
    return lines


def _patient(outcome: Outcome) -> str:
    header = outcome.header
    told = (header.PatientID, header.PatientSex, header.PatientAge, header.StudyDate, outcome.view or "")
    return "  ".join(part for part in told if part) or "no patient data in the file"
