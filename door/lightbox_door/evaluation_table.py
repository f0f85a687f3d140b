"""An evaluation on the screen: a line a finding, then what of it needs more words."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from lightbox_edge.evaluating.records import Evaluation, FindingEvaluation, Measured, Shortcuts
from lightbox_edge.evaluating.tables import WAYS
from lightbox_edge.evaluating.words import (
    SHORTCUTS,
    agreement,
    left_out,
    limits,
    said,
    shortcuts,
    subject,
    thresholds,
    triage,
)

LEFT_OUT_SHOWN = 10
WIDTH = 110
COLUMNS = ("AUC", "sensitivity", "specificity", "specificity at 90 %")


def table(evaluation: Evaluation) -> str:
    """The whole text, with a newline at its end."""
    return "\n".join(_lines(evaluation)) + "\n"


def _lines(evaluation: Evaluation) -> Iterator[str]:
    yield subject(evaluation)
    yield triage(evaluation)
    yield thresholds(evaluation)
    yield from _left_out(evaluation)
    width = max([22, *(len(one.name) for one in evaluation.findings)])
    yield (
        f"\n{'':<{width}} {'with':>5} {'without':>8}  " + "".join(f"{name:<23}" for name in COLUMNS).rstrip()
    )
    for one in evaluation.findings:
        yield _row(one.name, one.whole, width)
    if evaluation.shortcuts is not None:
        yield from _shortcuts(evaluation.shortcuts, width)
    for one in evaluation.findings:
        yield from _details(one, width)
    yield ""
    for limit in limits(evaluation):
        yield from wrap(limit, WIDTH, initial_indent="- ", subsequent_indent="  ")


def _shortcuts(found: Shortcuts, width: int) -> Iterator[str]:
    yield f"\n{SHORTCUTS}:\n"
    head = "".join(f"{name:<23}" for name in WAYS)
    yield f"{'':<{width}} {'with':>5} {'without':>8}  {head}".rstrip()
    for one in found.findings:
        cells = "".join(f"{said(way):<23}" for way in (one.whole, one.without_lungs, one.lungs_only))
        yield f"{one.name:<{width}} {one.positives:>5} {one.negatives:>8}  {cells}".rstrip()
    yield ""
    for words in shortcuts(found):
        yield from wrap(words, WIDTH)


def _left_out(evaluation: Evaluation) -> Iterator[str]:
    for film in evaluation.left_out[:LEFT_OUT_SHOWN]:
        yield f"  {film.status}: {film.film}  {film.reason}"
    more = len(evaluation.left_out) - LEFT_OUT_SHOWN
    if more > 0:
        yield f"  and {more} more: --json or --out names them all"


def _row(name: str, measured: Measured, width: int) -> str:
    figures = measured.figures
    shown = (figures.auc, figures.sensitivity, figures.specificity, figures.specificity_at_90)
    cells = "".join(f"{said(one):<23}" for one in shown)
    return f"{name:<{width}} {figures.positives:>5} {figures.negatives:>8}  {cells}".rstrip()


def _details(one: FindingEvaluation, width: int) -> Iterator[str]:
    threshold = f"the {one.set_by}'s threshold {one.threshold:.2f}"
    yield f"\n{one.name}: {threshold}; not judged: {left_out(one.whole)}"
    if one.whole.figures.calibration is not None:
        fit = one.whole.figures.calibration
        yield (
            f"  calibration error {fit.error:.3f} (by chance {fit.error_by_chance:.3f}) in {len(fit.bins)} "
            f"bins, Brier {fit.brier:.3f}"
        )
    if one.disputed:
        yield f"  disputed by readers and left out: {one.disputed}"
    for group in one.subgroups:
        yield _row(f"  {group.by} {group.group}", group.measured, width)
    if one.readers is None:
        return
    for reader in one.readers.each:
        yield _row(f"  reader {reader.name}", reader.measured, width)
    yield _row("  consensus alone", one.readers.consensus, width)
    for pair in one.readers.agreements:
        yield f"  {agreement(pair)}: kappa {said(pair.kappa)}"
