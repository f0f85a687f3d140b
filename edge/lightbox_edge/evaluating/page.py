"""``evaluation.html``: one page that stands alone, to read on a screen or on paper."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from importlib.resources import files

from lightbox_edge.evaluating.calibration import CalibrationFigures
from lightbox_edge.evaluating.pictures import calibration_picture, roc_picture
from lightbox_edge.evaluating.records import Evaluation, FindingEvaluation
from lightbox_edge.evaluating.tables import findings_table, left_out_table, readers_tables, shortcuts_table
from lightbox_edge.evaluating.words import (
    MARK,
    SHORTCUTS,
    left_out,
    limits,
    said,
    shortcuts,
    subject,
    thresholds,
    triage,
)
from lightbox_edge.intervals import FEW
from lightbox_edge.page import whole_page


def page(evaluation: Evaluation) -> str:
    """The whole page; the same evaluation gives the same bytes."""
    style = files("lightbox_edge.evaluating").joinpath("page.css").read_text("utf-8")
    title = f"{evaluation.bundle} {evaluation.bundle_version} on {evaluation.labels}"
    return "\n".join(whole_page(title, "en", style, _body(evaluation)))


def _body(evaluation: Evaluation) -> Iterator[str]:
    yield f"<h1>How right is {escape(evaluation.bundle)}?</h1>"
    yield f'<p class="lead">{escape(subject(evaluation))}</p>'
    yield f"<p>Triage: {escape(triage(evaluation))} A person decides on every film.</p>"
    yield f"<p>{escape(thresholds(evaluation))}</p>"
    yield from findings_table([(one.name, one.whole) for one in evaluation.findings], "finding")
    yield f'<p class="soft">In brackets 95 % intervals. {MARK} rests on fewer than {FEW} cases.</p>'
    yield "<h2>What these figures do not say</h2>\n<ul>"
    yield from (f"<li>{escape(one)}</li>" for one in limits(evaluation))
    yield "</ul>"
    if evaluation.shortcuts is not None:
        yield f"<h2>{SHORTCUTS}</h2>"
        yield from shortcuts_table(evaluation.shortcuts)
        yield from (f"<p>{escape(one)}</p>" for one in shortcuts(evaluation.shortcuts))
    for one in evaluation.findings:
        yield from _finding(one)
    yield from left_out_table(evaluation)
    yield from _made_from(evaluation)


def _finding(one: FindingEvaluation) -> Iterator[str]:
    yield f"<section>\n<h2>{escape(one.name)}</h2>"
    yield f"<p>{_summary(one)}</p>"
    if one.roc:
        yield '<div class="pictures">'
        yield f"<figure>{roc_picture(one)}<figcaption>{_roc_caption(one)}</figcaption></figure>"
        if one.whole.figures.calibration is not None:
            words = _calibration_caption(one.whole.figures.calibration)
            yield f"<figure>{calibration_picture(one)}<figcaption>{words}</figcaption></figure>"
        yield "</div>"
    if one.subgroups:
        yield "<h3>By subgroup</h3>"
        yield from findings_table(
            [(f"{group.by}: {group.group}", group.measured) for group in one.subgroups], "group"
        )
    yield from readers_tables(one)
    yield "</section>"


def _summary(one: FindingEvaluation) -> str:
    """What is known of the films, and what the bundle's makers measured, to hold it against."""
    figures = one.whole.figures
    words = (
        f"{figures.positives} films with it and {figures.negatives} without were judged "
        f"(not judged: {left_out(one.whole)}). Flagged from a probability of {one.threshold:.2f}, "
        f"the {one.set_by}'s threshold."
    )
    if one.disputed:
        words += f" Readers dispute {one.disputed} more; they are left out."
    if one.stated is not None:
        low, high = one.stated.auc_interval
        words += (
            f" The bundle's makers measured an AUC of {one.stated.auc:.2f} ({low:.2f} to {high:.2f}), "
            f"sensitivity {one.stated.sensitivity:.2f} and specificity {one.stated.specificity:.2f} on "
            f"{one.stated.positives} films with it and {one.stated.negatives} without ({one.stated.dataset})"
            f"{' at their own threshold' if one.set_by == 'site' else ''}."
        )
    return escape(words)


def _roc_caption(one: FindingEvaluation) -> str:
    figures = one.whole.figures
    return (
        f"AUC {said(figures.auc)}. The dot is the threshold in use: sensitivity "
        f"{said(figures.sensitivity)}, specificity {said(figures.specificity)}. "
        f"Dashed: a sensitivity of 90 %, where specificity is {said(figures.specificity_at_90)}."
    )


def _calibration_caption(fit: CalibrationFigures) -> str:
    sizes = [one.films for one in fit.bins]
    few, many = min(sizes), max(sizes)
    films = f"{few} films" if few == many else f"{few} to {many} films"
    return (
        f"A dot is a bin of {films}, {len(fit.bins)} in all; on the dotted line probabilities mean what they "
        f"say. Calibration error {fit.error:.3f}, by chance alone {fit.error_by_chance:.3f}; "
        f"Brier {fit.brier:.3f}."
    )


def _made_from(evaluation: Evaluation) -> Iterator[str]:
    yield "<h2>What this page was made from</h2>\n<ul>"
    yield (
        f"<li>Bundle {escape(evaluation.bundle)} {escape(evaluation.bundle_version)}, "
        f"{evaluation.precision} on {evaluation.backend}; "
        f"SHA-256 of its manifest <code>{evaluation.bundle_sha256}</code></li>"
    )
    yield f"<li>Labels {escape(evaluation.labels)}; SHA-256 <code>{evaluation.labels_sha256}</code></li>"
    yield "<li>The same figures for programs: evaluation.json</li>\n</ul>"
