"""The pictures of the film screen: the film through its view, and what is shown beside it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message

from lightbox_edge.decisions import ReviewRow
from lightbox_edge.languages import Language
from lightbox_edge.viewing import Canvas, Film, FilmViewer, Mark, View, focused, render, view_of
from lightbox_tui import film_words as words
from lightbox_tui.beside import Beside, What
from lightbox_tui.picture import FilmPicture, Picture
from lightbox_tui.terminal import Terminal


class FilmView(Horizontal):
    """Shows one film; its view is kept from film to film but for zoom and place.

    ``film`` is None until it is shown; ``marks`` are what may be drawn upon it, of the findings ``target``
    alone.
    """

    class Changed(Message):
        """Another view: the screen says which."""

    def __init__(self, terminal: Terminal, viewer: FilmViewer, say: Language) -> None:
        super().__init__()
        self._terminal, self._viewer, self._say = terminal, viewer, say
        self.film: Film | None = None
        self.view = View()
        self.target = ""
        self._marks: tuple[Mark, ...] = ()

    def compose(self) -> ComposeResult:
        yield FilmPicture(self._terminal, id="film")
        yield Beside(self._terminal, self._viewer, self._say)

    def clear(self, sentence: str) -> None:
        """Show a sentence and no film."""
        self.film, self._marks = None, ()
        self.query_one(Beside).hide()
        self._picture.tell(sentence)

    def show(self, film: Film) -> None:
        """Show a film whole, in the window in which the last one was shown if it has it."""
        kept = self.view.preset if not self.view.by_hand and self.view.preset < len(film.presets) else 0
        self.film, self.view = film, view_of(film, kept, self.view.whole())
        self.draw()

    def mark(self, marks: tuple[Mark, ...]) -> None:
        """From now on draw these upon the film."""
        self._marks = marks
        self.draw()

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What is drawn now."""
        drawn = self.film is not None and not self.film.changed and self.view.overlay != "none"
        return focused(self._marks, self.target) if drawn else ()

    @property
    def beside(self) -> What:
        """What is shown beside the film."""
        return self.query_one(Beside).what

    def choose(self, target: str) -> bool:
        """Draw another finding; False where nothing of it is known."""
        if all(mark.target != target for mark in self._marks):
            return False
        self.target = target
        self.draw()
        return True

    def look(self, view: View) -> None:
        """Look at the film in another way."""
        self.view = view
        self.draw()

    def zoom(self, times: float) -> None:
        """Closer above 1; as far as the film goes."""
        if self.film is not None:
            self.look(self.view.zoomed(times, self.film.shape, self._picture.canvas))

    def pan(self, right: float, down: float) -> None:
        """Move by shares of what is seen; as far as the film goes."""
        if self.film is not None:
            self.look(self.view.panned(right, down, self.film.shape, self._picture.canvas))

    def next_window(self) -> None:
        """The next of the film's presets."""
        if self.film is not None:
            self.look(view_of(self.film, self.view.preset + 1, self.view))

    def show_beside(self, what: What, row: ReviewRow) -> None:
        """Show another picture beside the film, or take it away."""
        beside = self.query_one(Beside)
        if beside.what == what:
            beside.hide()
        elif what == "before":
            beside.show_before(row)
        else:
            beside.show_model(row)
        self.draw()

    def draw(self) -> None:
        """Draw the film as the view says."""
        film, view, marks = self.film, self.view, self.marks
        if film is None:
            return

        def drawn(canvas: Canvas) -> Picture:
            return render(film, view, canvas, marks)

        self._picture.show(drawn)
        self.query_one(Beside).follow(view)
        self.post_message(self.Changed())

    def status(self) -> str:
        """The window by its name, and what else is done to the picture."""
        if self.film is None or self._terminal.picture == "none":
            return ""
        return words.status(self.film, self.view, self._say)

    @property
    def _picture(self) -> FilmPicture:
        return self.query_one("#film", FilmPicture)
