"""What people decided on a film, in a fixed set of sentences; a reader's own note is told as his."""

from __future__ import annotations

from collections.abc import Iterator

from lightbox_edge.decisions.records import Decision, Kind
from lightbox_edge.decisions.standing import FilmStanding
from lightbox_edge.languages import Language
from lightbox_edge.reporting.records import ReportedDecision
from lightbox_edge.reporting.words import triage_name


def decisions_of(standing: FilmStanding, judge: str, say: Language) -> tuple[ReportedDecision, ...]:
    """Every decision that stands; ``judge`` is the id of the row's, whose view a reader may not have had."""
    return tuple(
        ReportedDecision(
            one.number,
            one.at,
            one.reader,
            one.kind,
            one.answer,
            one.seen,
            one.note,
            one.blind,
            one in standing.final,
            one.machine,
            tuple(_words(one, judge, say)),
        )
        for one in standing.decisions
    )


def standing_words(standing: FilmStanding, say: Language) -> tuple[str, ...]:
    """What the decisions together come to, where one cannot see it from them."""
    if not standing.decisions:
        return (say("Nobody has decided on this film yet."),)
    if standing.is_disputed and standing.arbitrations:
        return (say("Two arbiters differ, and nobody has settled it yet."),)
    if standing.arbitrations:
        return (say("The readers differed. The arbitration alone counts."),)
    if standing.is_disputed:
        return (say("The readers differ, and nobody has arbitrated yet."),)
    return ()


def kind_name(kind: Kind, say: Language) -> str:
    """A decision's kind."""
    return {
        "decision": say("decision"),
        "second reading": say("second reading"),
        "arbitration": say("arbitration"),
    }[kind]


def _words(one: Decision, judge: str, say: Language) -> Iterator[str]:
    yield _answer(one, say)
    if one.blind:
        yield say("Decided before seeing what the machine says.")
    if one.machine.judge != judge:
        machine = one.machine
        yield say(
            "It was decided on the view of another machine, {bundle}, which said: {triage}.",
            bundle=" ".join(part for part in (machine.bundle, machine.version, machine.precision) if part),
            triage=triage_name(machine.triage, say),
        )
    if one.note:
        yield say("The reader's own note: {note}", note=one.note)


def _answer(one: Decision, say: Language) -> str:
    seen = ", ".join(say(name) for name in one.seen)
    match one.answer:
        case "agree":
            return say("Agrees with the machine.")
        case "disagree":
            return _disagrees(seen, say)
        case "nothing seen":
            return say("Sees nothing on the film.")
        case "something seen":
            return say("Sees on the film: {seen}.", seen=seen) if seen else say("Sees something on the film.")
        case "refer":
            return say("Refers the patient: somebody else must see this patient.")
        case "repeat":
            return say("The film must be repeated.")
        case "cannot tell":
            return say("Cannot tell from this film.")


def _disagrees(seen: str, say: Language) -> str:
    if seen:
        return say("Disagrees with the machine and sees: {seen}.", seen=seen)
    return say("Disagrees with the machine and sees nothing.")
