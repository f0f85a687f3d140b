"""The review program: its name, its worklist, and the screen that it begins with."""

from __future__ import annotations

from textual.app import App

from lightbox_edge import Review, Worklist
from lightbox_edge.decisions import Mode
from lightbox_edge.languages import ENGLISH, Language
from lightbox_tui.screening import Screening
from lightbox_tui.worklist_screen import WorklistScreen


class ReviewApp(App[None]):
    """Shows a worklist, the flagged films first; what a reader decides is on the disk before it is shown."""

    TITLE = "Lightbox"
    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self,
        worklist: Worklist,
        mode: Mode = "ai-first",
        say: Language = ENGLISH,
        *,
        screening: Screening | None = None,
    ) -> None:
        super().__init__()
        self.sub_title = say("sorted for reading, not a diagnosis")
        self._worklist, self._mode, self._say, self._screening = worklist, mode, say, screening

    def get_default_screen(self) -> WorklistScreen:
        review = Review(self._worklist, self._mode)
        return WorklistScreen(self._worklist, review, self._say, self._screening)
