"""What the machine says of a film, in a fixed set of sentences; nothing else is ever said of one."""

from __future__ import annotations

from collections.abc import Iterator

from lightbox_edge.languages import Language
from lightbox_edge.results import FindingScore, Outcome, Result, Triage


def notice(say: Language) -> str:
    """What every page says first."""
    return say("Not a diagnosis. Lightbox sorts films for reading; a person decides on every film.")


def triage_name(triage: Triage, say: Language) -> str:
    """A triage's name."""
    return {
        "flagged": say("flagged"),
        "uncertain": say("uncertain"),
        "not flagged": say("not flagged"),
        "not judged": say("not judged"),
    }[triage]


def machine_words(result: Result, say: Language) -> tuple[str, ...]:
    """What the machine says of a film and against which thresholds, or why it says nothing."""
    outcome = result.outcome
    return (
        _triage(outcome, say),
        *(say.reason(one) for one in outcome.reasons),
        *(_flagged(one, say) for one in outcome.findings if one.flagged),
        *_under(outcome, say),
        *_unvalidated(outcome, say),
        *_rank(result, say),
    )


def _triage(outcome: Outcome, say: Language) -> str:
    if outcome.status == "unreadable":
        return say("The file could not be read, so nothing is said of it.")
    return {
        "flagged": say("Flagged: a person must look at this film first."),
        "uncertain": say(
            "Uncertain: no finding reaches its threshold, but one is too near to it to be left out."
        ),
        "not flagged": say("Not flagged. This does not mean that the film is healthy."),
        "not judged": say("Not judged: nothing is said of this film, and a person must look at it."),
    }[outcome.triage]


def _flagged(one: FindingScore, say: Language) -> str:
    return say("{finding}: probability {probability}, flagged at {threshold}.", **_told(one, say))


def _under(outcome: Outcome, say: Language) -> Iterator[str]:
    """The findings that do not flag the film, those nearest to their thresholds first."""
    under = [one for one in outcome.findings if not one.flagged]
    under.sort(key=lambda one: one.threshold - one.probability)
    told = [say("{finding} {probability} (flagged at {threshold})", **_told(one, say)) for one in under]
    if told:
        yield say("Under their thresholds: {findings}.", findings="; ".join(told))


def _unvalidated(outcome: Outcome, say: Language) -> Iterator[str]:
    names = [say(one.name) for one in outcome.findings if not one.validated]
    if names:
        yield say("Words or thresholds that were never validated: {findings}.", findings=", ".join(names))


def _rank(result: Result, say: Language) -> Iterator[str]:
    if rank := result.anomaly:
        yield say(
            "Unlike the others: place {rank} of {films}, where 1 is the strangest. It is no probability.",
            rank=rank.rank,
            films=rank.films,
        )


def _told(one: FindingScore, say: Language) -> dict[str, str]:
    return {
        "finding": say(one.name),
        "probability": f"{one.probability:.2f}",
        "threshold": f"{one.threshold:.2f}",
    }
