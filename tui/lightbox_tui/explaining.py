"""A row of the worklist in words."""

from __future__ import annotations

from lightbox_edge import Outcome, Result
from lightbox_edge.decisions import Decision, FilmStanding, ReviewRow
from lightbox_edge.languages import ENGLISH, Language
from lightbox_edge.results import FindingScore
from lightbox_tui.marks import marked


def explain(row: ReviewRow, standing: FilmStanding, shown: bool, say: Language = ENGLISH) -> str:
    """The chosen film in words: who, what was decided, what was found against which threshold, and why."""
    result = row.result
    head = [result.path, _patient(result.outcome, say), "", *_decisions(standing, row.judge.id, say)]
    if not shown:
        return "\n".join([*head, say("What the machine says is hidden until you have decided.")])
    return "\n".join([*head, *_machine(result, say)])


def _decisions(standing: FilmStanding, judge: str, say: Language) -> list[str]:
    """Every decision that stands, and a line between them and what follows."""
    lines = [line for one in standing.decisions for line in _decision(one, judge, say)]
    if standing.is_disputed:
        lines.append(say("They differ: a third reader arbitrates."))
    return [*lines, ""] if lines else []


def _decision(one: Decision, judge: str, say: Language) -> list[str]:
    """A decision, and what it was about where that was the view of another judge than this row's."""
    kind = "" if one.kind == "decision" else f" ({say(one.kind)})"
    lines = [f"{one.reader}{kind}: {answer_words(one, say)}", f"    {one.at[:16].replace('T', ' ')} UTC"]
    if one.machine.judge != judge:
        machine = f"{one.machine.bundle} {one.machine.version} {one.machine.precision}"
        lines.append(
            "    " + say("when {machine} said: {triage}", machine=machine, triage=say(one.machine.triage))
        )
    return [*lines, f"    {one.note}"] if one.note else lines


def answer_words(one: Decision, say: Language) -> str:
    """An answer, and what was seen."""
    return ": ".join([say(one.answer), *([", ".join(map(say, one.seen))] if one.seen else [])])


def _machine(row: Result, say: Language) -> list[str]:
    outcome, rank = row.outcome, row.anomaly
    lines = [marked(outcome.triage, say), *map(say.reason, outcome.reasons)]
    for one in outcome.findings:
        lines += ["", *_finding(one, say)]
    if rank:
        told = say(
            "unlike the others: {rank} of {films} (1 is the strangest)", rank=rank.rank, films=rank.films
        )
        lines += ["", told]
    return lines


def _finding(one: FindingScore, say: Language) -> list[str]:
    against = say("flags at {threshold}", threshold=f"{one.threshold:.2f}")
    return [
        f"{'!' if one.flagged else ' '} {say(one.name)}  {one.probability:.2f} ({against})",
        *(f"    {part.probability:.2f}  {say(part.present)}" for part in one.descriptors),
    ]


def _patient(outcome: Outcome, say: Language) -> str:
    header = outcome.header
    told = (header.PatientID, header.PatientSex, header.PatientAge, header.StudyDate, outcome.view or "")
    return "  ".join(part for part in told if part) or say("no patient data in the file")
