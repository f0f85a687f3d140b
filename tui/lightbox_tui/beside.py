"""A second picture beside the film: what the model gets of it, or the same patient's film before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from lightbox_edge.decisions import ReviewRow
from lightbox_edge.languages import Language
from lightbox_edge.viewing import Canvas, Compared, Film, FilmViewer, View, render, view_of
from lightbox_tui.film_words import side_by_side
from lightbox_tui.picture import FilmPicture, Picture
from lightbox_tui.terminal import Terminal
from lightbox_tui.waiting import wait_for

What = Literal["", "model", "before"]


class Beside(Vertical):
    """Nothing, until it is asked to show something; then it follows the film's zoom and place."""

    DEFAULT_CSS = """
    Beside { width: 1fr; display: none; border-left: solid $primary; }
    Beside > Static { height: auto; max-height: 12; }
    """

    def __init__(self, terminal: Terminal, viewer: FilmViewer, say: Language) -> None:
        super().__init__()
        self.what: What = ""
        self._terminal, self._viewer, self._say = terminal, viewer, say
        self._film: Film | None = None
        self._view = View()

    def compose(self) -> ComposeResult:
        yield Static("", markup=False)
        yield FilmPicture(self._terminal, id="film-beside")

    def hide(self) -> None:
        """Leave all the room to the film."""
        self.what, self._film, self.display = "", None, False

    def show_model(self, row: ReviewRow) -> None:
        """The film as the model gets it, and fp32 beside INT8 where the bundle has both."""
        self._begin("model", self._say("As the model gets it"))
        names = [one.name for one in row.result.outcome.findings]

        def show(compared: Compared) -> None:
            self._caption("\n".join(self._told(compared, row.judge.findings or names)))
            self._picture(compared.film)

        wait_for(self, lambda: self._viewer.compare(row), show, self._tell, "beside")

    def show_before(self, row: ReviewRow) -> None:
        """The same patient's film of an earlier day."""
        self._begin("before", self._say("Looking for an earlier film of this patient ..."))
        before = self._viewer.previous(row)
        if before is None:
            self._caption("")
            self._tell(self._say("The worklist has no earlier film of this patient."))
            return
        header = before.result.outcome.header
        self._caption(f"{header.StudyDate}  {before.result.path}")
        wait_for(self, lambda: self._viewer.open(before), self._picture, self._tell, "beside")

    def follow(self, view: View) -> None:
        """Show the same place as the film's view, in a window of its own."""
        self._view = view
        film = self._film
        if film is not None:
            own = replace(view_of(film, 0, view), inverted=view.inverted)

            def draw(canvas: Canvas) -> Picture:
                return render(film, own, canvas)

            self.query_one(FilmPicture).show(draw)

    def _told(self, compared: Compared, names: Sequence[str]) -> list[str]:
        lines = [self._say("As the model gets it")]
        if not compared.other:
            return [*lines, self._say("The bundle has no fp32 models to compare with.")]
        own, other = compared.probabilities[compared.own], compared.probabilities[compared.other]
        return [*lines, f"  {compared.own}, {compared.other}:", *side_by_side(names, own, other)]

    def _begin(self, what: What, caption: str) -> None:
        self.what, self._film, self.display = what, None, True
        self._caption(caption)
        self._tell("")

    def _picture(self, film: Film) -> None:
        self._film = film
        self.follow(self._view)

    def _caption(self, words: str) -> None:
        self.query_one(Static).update(words)

    def _tell(self, sentence: str) -> None:
        self.query_one(FilmPicture).tell(sentence)
