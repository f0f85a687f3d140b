"""The worklist on one screen: films in order of urgency, why each stands where it stands, keys to decide."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Footer, Header, Static

from lightbox_edge import LightboxError, Review, Worklist
from lightbox_edge.decisions import Answer, Mode
from lightbox_edge.viewing import FilmViewer
from lightbox_tui.dialogs import SignIn, Words
from lightbox_tui.explaining import explain
from lightbox_tui.film_screen import FilmScreen
from lightbox_tui.film_table import FilmTable
from lightbox_tui.terminal import Terminal, type_again

_ASKED = {
    "disagree": "What do you see instead? Commas between findings; leave it empty if there is nothing.",
    "something seen": "What do you see? Commas between findings; leave it empty if you cannot name it.",
}
_EMPTY: dict[Mode, str] = {
    "ai-first": "The worklist is empty.",
    "blind-first": "The worklist is empty.",
    "second": "No film waits for you as its second reader.",
    "arbitrate": "No film waits for you to arbitrate.",
}
_OTHERS = 2.0  # seconds between looks at what other reviewers have decided


class ReviewApp(App[None]):
    """Shows a worklist, the flagged films first; what a reader decides is on the disk before it is shown."""

    TITLE = "Lightbox"
    SUB_TITLE = "sorted for reading, not a diagnosis"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        ("i", "sign_in", "Sign in"),
        ("a", "answer('agree')", "Agree"),
        ("d", "answer('disagree')", "Disagree"),
        ("x", "answer('nothing seen')", "Nothing"),
        ("s", "answer('something seen')", "Seen"),
        ("r", "answer('refer')", "Refer"),
        ("p", "answer('repeat')", "Repeat"),
        ("c", "answer('cannot tell')", "Cannot tell"),
        ("u", "undo", "Undo"),
        ("n", "note", "Note"),
        ("q", "quit", "Quit"),
    ]
    CSS = """
    DataTable { width: 3fr; }
    VerticalScroll { width: 2fr; border-left: solid $primary; padding: 0 1; }
    """

    def __init__(
        self,
        worklist: Worklist,
        mode: Mode = "ai-first",
        *,
        viewer: FilmViewer | None = None,
        terminal: Terminal | None = None,
    ) -> None:
        super().__init__()
        self._viewer = viewer or FilmViewer(worklist)
        self._terminal = terminal or Terminal()
        self._worklist = worklist
        self._review = Review(worklist, mode)

    def compose(self) -> ComposeResult:
        yield Header()
        with Horizontal():
            yield FilmTable(self._review, ranked=self._worklist.is_ranked())
            with VerticalScroll(can_focus=False):
                yield Static("", id="why", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        self.action_sign_in()
        type_again(self, self._terminal)
        self.set_interval(_OTHERS, self._show_news)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only the keys that lead somewhere are shown: see `Review.answers`."""
        if action == "sign_in":
            return self._review.reader is None
        if action in ("undo", "note"):
            return self._review.reader is not None
        if action == "answer":
            row = self._table.film
            return row is not None and parameters[0] in self._review.answers(row)
        return True

    def on_data_table_row_highlighted(self) -> None:
        self._explain()

    def on_data_table_row_selected(self, event: FilmTable.RowSelected) -> None:
        films, place = self._table.films, event.cursor_row
        if films:
            screen = FilmScreen(self._review, films, place, self._viewer, terminal=self._terminal)
            self.push_screen(screen, self._back)

    def _back(self, place: int | None) -> None:
        self._table.move_cursor(row=place or 0)
        self._show_news()

    def action_sign_in(self) -> None:
        self.push_screen(SignIn(self._review), self._signed_in)

    def action_answer(self, answer: Answer) -> None:
        row = self._table.film
        if row is None:
            return
        if answer not in _ASKED:
            self._do(partial(self._review.decide, row, answer))
            return

        def said(words: str | None) -> None:
            if words is not None:
                self._do(partial(self._review.decide, row, answer, words.split(",")))

        self.push_screen(Words(_ASKED[answer], self._worklist.finding_names()), said)

    def action_note(self) -> None:
        row = self._table.film
        if row is None:
            return

        def said(words: str | None) -> None:
            if words is not None:
                self._do(partial(self._review.annotate, row, words))

        self.push_screen(Words("A note to your decision on this film:", given=self._review.note(row)), said)

    def action_undo(self) -> None:
        if row := self._table.film:
            self._do(partial(self._review.undo, row))

    def _signed_in(self, reader: str | None) -> None:
        if reader is not None:
            self.sub_title = f"{reader}, {self._review.mode}; not a diagnosis"
        self._table.fill()
        self._explain()

    def _do(self, act: Callable[[], None]) -> None:
        """Do what writes, then show what stands on the disk; an error is told and nothing else changes."""
        try:
            act()
        except LightboxError as error:
            self.notify(str(error), title="Not recorded", severity="error", timeout=10, markup=False)
        self._show_news()

    def _show_news(self) -> None:
        """Draw the rows anew whose decisions have changed, by this reviewer or another one."""
        try:
            changed = self._review.news()
        except LightboxError as error:
            self.notify(str(error), severity="error", timeout=10, markup=False)
            return
        self._table.redraw(changed)
        if changed and self._table.film:
            self._explain()

    def _explain(self) -> None:
        row, review = self._table.film, self._review
        told = _EMPTY[review.mode]
        if row is not None:
            told = explain(row, review.standing(row), review.shows_machine(row))
        self.query_one("#why", Static).update(told)
        self.refresh_bindings()

    @property
    def _table(self) -> FilmTable:
        return self.query_one(FilmTable)
