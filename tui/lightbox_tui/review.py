"""The review program: its name, its worklist, and the screen that it begins with."""

from __future__ import annotations

from collections.abc import Sequence

from lightbox_edge import Bundle, LightboxError, Review, Worklist
from lightbox_edge.asking import Asker, SimilarFilms
from lightbox_edge.decisions import Mode, ReviewRow
from lightbox_edge.languages import ENGLISH, Language
from lightbox_edge.viewing import FilmViewer
from lightbox_edge.worklist_files import Restored
from lightbox_tui.film_asking import Asking
from lightbox_tui.film_screen import FilmScreen
from lightbox_tui.frame import Frame
from lightbox_tui.screening import Screening
from lightbox_tui.terminal import Terminal, type_again
from lightbox_tui.themes import Look
from lightbox_tui.worklist_screen import WorklistScreen


class ReviewApp(Frame):
    """Shows a worklist, the flagged films first; what a reader decides is on the disk before it is shown.

    Args:
        worklist: an open worklist.
        mode: the reading mode, see `Review`.
        say, look, tour: see `Frame`.
        viewer: opens films, with the bundle that is asked for words; None shows them without a bundle.
        terminal: how films are shown.
        screening: a screening that runs beside, None where there is none.
        restored: what was done to the worklist when it was opened, None if it was sound.
    """

    def __init__(
        self,
        worklist: Worklist,
        mode: Mode = "ai-first",
        say: Language = ENGLISH,
        look: Look = "dark",
        *,
        tour: bool = False,
        viewer: FilmViewer | None = None,
        terminal: Terminal | None = None,
        screening: Screening | None = None,
        restored: Restored | None = None,
    ) -> None:
        super().__init__(mode, say, look, tour=tour)
        self.sub_title = say("sorted for reading, not a diagnosis")
        self._worklist, self._screening, self._restored = worklist, screening, restored
        self._viewer, self._terminal = viewer or FilmViewer(worklist), terminal or Terminal()
        self._review = Review(worklist, mode)
        asker = Asker(self._bundle, worklist.again, self._review.shows_machine)
        self._asking = Asking(asker, SimilarFilms(self._review, worklist.again))

    def get_default_screen(self) -> WorklistScreen:
        return WorklistScreen(
            self._worklist, self._review, self._say, self._film, self._screening, self._restored
        )

    def on_ready(self) -> None:  # Textual calls the frame's own too
        type_again(self, self._terminal)

    def on_unmount(self) -> None:
        self._asking.asker.close()

    def _film(self, films: Sequence[ReviewRow], place: int) -> FilmScreen:
        return FilmScreen(
            self._review, films, place, self._viewer, self._say, self._terminal, asking=self._asking
        )

    def _bundle(self) -> Bundle:
        if self._viewer.bundle is None:
            raise LightboxError("There is no bundle to ask: name one with --bundle.")
        return self._viewer.bundle
