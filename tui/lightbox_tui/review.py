"""The review program: its name, its worklist, and the screen that it begins with."""

from __future__ import annotations

from lightbox_edge import Review, Worklist
from lightbox_edge.decisions import Mode
from lightbox_edge.languages import ENGLISH, Language
from lightbox_tui.frame import Frame
from lightbox_tui.screening import Screening
from lightbox_tui.themes import Look
from lightbox_tui.worklist_screen import WorklistScreen


class ReviewApp(Frame):
    """Shows a worklist, the flagged films first; what a reader decides is on the disk before it is shown.

    Args:
        worklist: an open worklist.
        mode: the reading mode, see `Review`.
        say, look, tour: see `Frame`.
        screening: a screening that runs beside, None where there is none.
    """

    def __init__(
        self,
        worklist: Worklist,
        mode: Mode = "ai-first",
        say: Language = ENGLISH,
        look: Look = "dark",
        *,
        tour: bool = False,
        screening: Screening | None = None,
    ) -> None:
        super().__init__(mode, say, look, tour=tour)
        self.sub_title = say("sorted for reading, not a diagnosis")
        self._worklist, self._screening = worklist, screening

    def get_default_screen(self) -> WorklistScreen:
        review = Review(self._worklist, self._mode)
        return WorklistScreen(self._worklist, review, self._say, self._screening)
