"""What is told of a worklist that was damaged, for as long as its review lasts."""

from __future__ import annotations

from lightbox_edge.languages import Language
from lightbox_edge.worklist_files import Restored


def restored_line(restored: Restored, say: Language) -> str:
    """What the last good copy holds, and what may be missing."""
    told = say(
        "The worklist was damaged. This is its last good copy ({time}): {rows} rows, {decisions} decisions.",
        time=restored.made_at,
        rows=restored.rows,
        decisions=restored.decisions,
    )
    lines = [told, say("What was screened or decided after that is missing: screen the same folders again.")]
    if restored.readable > restored.decisions:
        lines.append(
            say(
                "Decisions up to number {number} can still be read in {file}: do not throw it away.",
                number=restored.readable,
                file=restored.aside,
            )
        )
    return " ".join(lines)
