"""How an evaluation is said in words: the same figures and the same limits on the screen and on the page."""

from __future__ import annotations

from collections.abc import Iterator

from lightbox_edge.evaluating.calibration import FEWEST_IN_A_BIN, MOST_BINS
from lightbox_edge.evaluating.figures import Estimate
from lightbox_edge.evaluating.readers import Agreement
from lightbox_edge.evaluating.records import Evaluation, Measured, Shortcuts
from lightbox_edge.intervals import FEW
from lightbox_edge.proving import FEWEST

TOO_FEW = "too few to say"
CHANCE = 0.5  # the AUC of a coin
MARK = "*"  # after a figure that rests on fewer than `FEW` cases


def said(one: Estimate | None) -> str:
    """``0.87 (0.79 to 0.94)``, with the mark where it rests on few cases."""
    if one is None:
        return TOO_FEW
    return f"{one.value:.2f} ({one.low:.2f} to {one.high:.2f}){MARK if one.few else ''}"


def left_out(one: Measured) -> str:
    """How many of either kind were not judged: ``3 with, 1 without``."""
    return f"{one.not_judged_positives} with, {one.not_judged_negatives} without"


def agreement(pair: Agreement) -> str:
    """On how many films two readers agree."""
    agreed = pair.both_present + pair.both_absent
    first, second = pair.readers
    return f"{first} and {second} agree on {agreed} of {agreed + pair.only_first + pair.only_second} films"


def subject(evaluation: Evaluation) -> str:
    """What was evaluated, on what, in one sentence."""
    part = f", part {evaluation.part}" if evaluation.part else ""
    films = f"{evaluation.films} film{'s' * (evaluation.films != 1)} of {evaluation.labels}{part}"
    runs = f"{evaluation.bundle} {evaluation.bundle_version} at {evaluation.precision} ({evaluation.backend})"
    return f"{runs} on {films}: {evaluation.judged} judged, {len(evaluation.left_out)} not."


def thresholds(evaluation: Evaluation) -> str:
    """Whose they are, in one sentence."""
    if evaluation.site_calibration is None:
        return "The thresholds are the bundle's own."
    others = [one.name for one in evaluation.findings if one.set_by == "bundle"]
    but = f" but the bundle's for {', '.join(others)}" if others else ""
    return f"The thresholds are this site's own, calibrated {evaluation.site_calibration}{but}."


def triage(evaluation: Evaluation) -> str:
    """How the films were sorted."""
    return ", ".join(f"{count} {name}" for name, count in evaluation.triage.items()) + "."


def limits(evaluation: Evaluation) -> Iterator[str]:
    """What the figures do not say, a sentence or two each."""
    yield (
        "They hold for films like these: the same kind of patients, machines and labels. "
        "A wrong label counts as a mistake of the bundle."
    )
    if evaluation.left_out:
        yield (
            f"They are figures over the {evaluation.judged} judged films. "
            f"The {len(evaluation.left_out)} others are in no figure; in the clinic a person looks at them."
        )
    yield (
        f"Intervals are 95 %. {MARK} marks a figure that rests on fewer than {FEW} cases; with fewer than "
        f"{FEWEST} there is none ('{TOO_FEW}')."
    )
    yield (
        "Specificity at 90 % sensitivity moves the threshold on these very films and so flatters; "
        "sensitivity and specificity hold at the threshold in use."
    )
    yield (
        f"The calibration error is taken over at most {MOST_BINS} bins of about equally many films, at least "
        f"{FEWEST_IN_A_BIN} each. Perfect probabilities would show one too, by chance alone, and it is given "
        "beside it. Probabilities hold where the finding is as frequent as among the films that calibrated "
        "it; where it is rarer or more frequent, they are off although the order is right."
    )
    if any(one.subgroups for one in evaluation.findings):
        yield "Among so many subgroups some differ by chance alone."
    if any(one.disputed for one in evaluation.findings):
        yield (
            "Films that readers dispute are in no figure but the readers' own. They are the hard ones, so "
            "figures without them flatter."
        )
    if evaluation.labels_calibrated:
        yield (
            "This site's thresholds were set with this very table: on its films of part calibration if it "
            "has any, else on all but those of part train. On the films that set them the figures flatter."
        )
    learned = sum(
        count for part, count in evaluation.parts.items() if part.casefold() in ("train", "calibration")
    )
    if learned:
        yield (
            f"The labels call {learned} of the films part train or calibration. If this bundle learned from "
            "them or was calibrated on them, the figures flatter: choose others with --part."
        )


SHORTCUTS = "Without the lungs, and of the lungs only"


def shortcuts(found: Shortcuts) -> Iterator[str]:
    """What the audit rests on and what it means, a sentence or two each."""
    left = (
        f"; {found.no_lungs} more, on which no two lungs were found, are left out" if found.no_lungs else ""
    )
    yield f"The same {found.films} judged films three ways, by the words alone, AUC{left}."
    kept = [
        one.name for one in found.findings if one.without_lungs is not None and one.without_lungs.low > CHANCE
    ]
    if kept:
        yield (
            f"Without the lungs the AUC stays above chance for {', '.join(kept)}: there the bundle judges by "
            "something outside them too, be it the heart, tubes, letters or the way the film was taken. For "
            "a finding of the lungs that is a shortcut, and it may fail on other films."
        )
    elif any(one.without_lungs is not None for one in found.findings):
        yield (
            "Without the lungs no AUC is surely above chance: these films show no shortcut outside the lungs."
        )
    yield (
        "The blank is the film's median gray. The outline of blanked lungs is still to be seen, and blanked "
        "films are like none that the bundle learned from, so these figures look for shortcuts and measure "
        "nothing else."
    )
