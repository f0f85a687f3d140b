"""The table of what words are worth, in Markdown: for the model card, and for who measures."""

from __future__ import annotations

from collections.abc import Sequence

from lightbox_edge.intervals import FEW
from lightbox_edge.manifest import Asked, Finding

_HOW = {
    ("seen", False): "the words of training",
    ("unseen", False): "words never trained on",
    ("seen", True): "its usual words, the finding never learned",
    ("unseen", True): "other words, the finding never learned",
}
NEVER_LEARNED = """
*Never learned* is another network of the same recipe, in fp32, that was trained without any sentence or label
of the finding; it says what a finding that nobody taught may be worth when its words are asked for.
"""


def words_table(asked: Sequence[Asked], unseen: Sequence[Finding]) -> str:
    """A row a measurement, and the sentences that training never used."""
    lines = [
        "| finding | test films | with | without | asked for in | at | AUC (95 % interval) | AUC lost |",
        "|---|---|---|---|---|---|---|---|",
        *map(_row, asked),
    ]
    if any(one.left_out for one in asked):
        lines.append(NEVER_LEARNED.rstrip())
    named = {one.finding for one in asked if one.words == "unseen"}
    spoken = [finding for finding in unseen if finding.name in named]
    if spoken:
        lines.append("\nThe words never trained on:\n")
        lines += [f"- {one.name}: {_sentences(one)}" for one in spoken]
    return "\n".join(lines) + "\n"


def _row(one: Asked) -> str:
    low, high = one.auc_interval
    few = f" (fewer than {FEW} cases)" if min(one.positives, one.negatives) < FEW else ""
    lost = "–"
    if one.lost is not None and one.lost_interval is not None:
        lost = f"{one.lost:.2f} ({one.lost_interval[0]:.2f} to {one.lost_interval[1]:.2f})"
    return (
        f"| {one.finding} | {one.dataset} | {one.positives} | {one.negatives} "
        f"| {_HOW[one.words, one.left_out]} | {one.precision} "
        f"| {one.auc:.2f} ({low:.2f} to {high:.2f}){few} | {lost} |"
    )


def _sentences(finding: Finding) -> str:
    return "; ".join(f"“{one.present}” or “{one.absent}”" for one in finding.descriptors)
