"""The mark and the colour of each triage: some readers see no red, some consoles show none."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text

from lightbox_edge.languages import Language
from lightbox_edge.results import Triage

MARKS: Mapping[Triage, str] = {"flagged": "!", "uncertain": "?", "not flagged": ".", "not judged": "x"}
HIDDEN = "-"

# The theme's variables, see `themes`.
_COLOURS: Mapping[Triage, str] = {
    "flagged": "error", "uncertain": "warning", "not flagged": "success", "not judged": "accent",
}  # fmt: skip


def marked(triage: Triage, say: Language) -> str:
    """A triage with its mark, in words."""
    return f"{MARKS[triage]} {say(triage)}"


def coloured(triage: Triage, say: Language, colours: Mapping[str, str]) -> Text:
    """The same in its colour; ``colours`` are a theme's variables, ``app.theme_variables``."""
    return Text(marked(triage, say), colours.get(_COLOURS[triage], ""))


def hidden(say: Language) -> str:
    """What stands there as long as the machine's view is hidden."""
    return f"{HIDDEN} {say('hidden')}"
