"""The tables of the page: findings or subgroups, readers, films that were not judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from lightbox_edge.evaluating.figures import Estimate
from lightbox_edge.evaluating.readers import Agreement
from lightbox_edge.evaluating.records import Evaluation, FindingEvaluation, Measured, Shortcuts
from lightbox_edge.evaluating.words import TOO_FEW, agreement, said

COUNTS = ("with", "without", "not judged")
ESTIMATES = ("AUC", "sensitivity", "specificity", "specificity at 90 %")
WAYS = ("AUC, whole film", "without the lungs", "lungs only")
_NUMBER = ' class="number"'


def findings_table(rows: Iterable[tuple[str, Measured]], first: str) -> Iterator[str]:
    yield f'<table class="findings"><thead><tr><th>{first}</th>'
    yield from (f"<th{_NUMBER if name in COUNTS else ''}>{name}</th>" for name in (*COUNTS, *ESTIMATES))
    yield "</tr></thead><tbody>"
    yield from (_row(name, measured) for name, measured in rows)
    yield "</tbody></table>"


def _row(name: str, measured: Measured) -> str:
    figures = measured.figures
    counts = (
        figures.positives,
        figures.negatives,
        measured.not_judged_positives + measured.not_judged_negatives,
    )
    estimates = (figures.auc, figures.sensitivity, figures.specificity, figures.specificity_at_90)
    cells = [f"<td{_NUMBER}>{count}</td>" for count in counts]
    cells += [f"<td>{_cell(one)}</td>" for one in estimates]
    return f"<tr><th>{escape(name)}</th>{''.join(cells)}</tr>"


def _cell(one: Estimate | None) -> str:
    """The figure, its interval softer, the mark."""
    if one is None:
        return f'<span class="none">{TOO_FEW}</span>'
    value, interval = said(one).split(" ", 1)
    return f'<span class="figure">{value} <span class="range">{interval}</span></span>'


def shortcuts_table(found: Shortcuts) -> Iterator[str]:
    yield '<table class="findings"><thead><tr><th>finding</th>'
    yield from (f"<th{_NUMBER}>{name}</th>" for name in COUNTS[:2])
    yield from (f"<th>{name}</th>" for name in WAYS)
    yield "</tr></thead><tbody>"
    for one in found.findings:
        counts = "".join(f"<td{_NUMBER}>{count}</td>" for count in (one.positives, one.negatives))
        cells = "".join(f"<td>{_cell(way)}</td>" for way in (one.whole, one.without_lungs, one.lungs_only))
        yield f"<tr><th>{escape(one.name)}</th>{counts}{cells}</tr>"
    yield "</tbody></table>"


def readers_tables(one: FindingEvaluation) -> Iterator[str]:
    if one.readers is None:
        return
    yield "<h3>By reader</h3>"
    rows = [(reader.name, reader.measured) for reader in one.readers.each]
    yield from findings_table([*rows, ("two or more as one", one.readers.consensus)], "reader")
    yield "<table><thead><tr><th>readers</th>"
    yield from (
        f'<th class="number">{name}</th>'
        for name in ("both with", "only first", "only second", "both without")
    )
    yield "<th>Cohen's kappa</th></tr></thead><tbody>"
    yield from map(_agreement, one.readers.agreements)
    yield "</tbody></table>"


def _agreement(pair: Agreement) -> str:
    counts = (pair.both_present, pair.only_first, pair.only_second, pair.both_absent)
    cells = "".join(f'<td class="number">{count}</td>' for count in counts)
    return f"<tr><th>{escape(agreement(pair))}</th>{cells}<td>{_cell(pair.kappa)}</td></tr>"


def left_out_table(evaluation: Evaluation) -> Iterator[str]:
    if not evaluation.left_out:
        return
    yield "<h2>Films that were not judged</h2>"
    yield "<table><thead><tr><th>film</th><th>status</th><th>why</th></tr></thead><tbody>"
    for one in evaluation.left_out:
        film = f"<td><code>{escape(one.film)}</code></td>"
        yield f"<tr>{film}<td>{one.status}</td><td>{escape(one.reason)}</td></tr>"
    yield "</tbody></table>"
