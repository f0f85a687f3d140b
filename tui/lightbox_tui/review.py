"""The worklist on one screen: films in order of urgency, why each stands where it stands, keys to decide."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Header, Static

from lightbox_edge import LightboxError, Review, Worklist
from lightbox_edge.decisions import Answer, Mode
from lightbox_edge.languages import ENGLISH, Language
from lightbox_tui.dialogs import SignIn, Words
from lightbox_tui.explaining import explain
from lightbox_tui.film_table import FilmTable
from lightbox_tui.frame import Frame
from lightbox_tui.key_line import KeyLine
from lightbox_tui.themes import Look

_OTHERS = 2.0  # seconds between looks at what other reviewers have decided


class ReviewApp(Frame):
    """Shows a worklist, the flagged films first; what a reader decides is on the disk before it is shown."""

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
        say: Language = ENGLISH,
        look: Look = "dark",
        *,
        tour: bool = False,
    ) -> None:
        super().__init__(mode, say, look, tour=tour)
        self.sub_title = say("sorted for reading, not a diagnosis")
        self._worklist = worklist
        self._review = Review(worklist, mode)

    def compose(self) -> ComposeResult:
        yield Header()
        with Horizontal():
            yield FilmTable(self._review, ranked=self._worklist.is_ranked(), say=self._say)
            with VerticalScroll(can_focus=False):
                yield Static("", id="why", markup=False)
        yield KeyLine(self._say)

    def on_mount(self) -> None:
        self.action_sign_in()
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

    def action_sign_in(self) -> None:
        self.push_screen(SignIn(self._review, self._say), self._signed_in)

    def action_answer(self, answer: Answer) -> None:
        row = self._table.film
        if row is None:
            return
        asked = self._asked(answer)
        if asked is None:
            self._do(partial(self._review.decide, row, answer))
            return

        def said(words: str | None) -> None:
            if words is not None:
                self._do(partial(self._review.decide, row, answer, words.split(",")))

        self.push_screen(Words(asked, self._worklist.finding_names(), say=self._say), said)

    def _asked(self, answer: Answer) -> str | None:
        match answer:
            case "disagree":
                return self._say(
                    "What do you see instead? Commas between findings; leave it empty if there is nothing."
                )
            case "something seen":
                return self._say(
                    "What do you see? Commas between findings; leave it empty if you cannot name it."
                )
            case _:
                return None

    def action_note(self) -> None:
        row = self._table.film
        if row is None:
            return

        def said(words: str | None) -> None:
            if words is not None:
                self._do(partial(self._review.annotate, row, words))

        question = self._say("A note to your decision on this film:")
        self.push_screen(Words(question, given=self._review.note(row), say=self._say), said)

    def action_undo(self) -> None:
        if row := self._table.film:
            self._do(partial(self._review.undo, row))

    def _signed_in(self, reader: str | None) -> None:
        if reader is not None:
            self.sub_title = self._say(
                "{reader}, {mode}; not a diagnosis", reader=reader, mode=self._say(self._mode)
            )
        self._table.fill()
        self._explain()

    def _do(self, act: Callable[[], None]) -> None:
        """Do what writes, then show what stands on the disk; an error is told and nothing else changes."""
        try:
            act()
        except LightboxError as error:
            told, title = self._say.error(error), self._say("Not recorded")
            self.notify(told, title=title, severity="error", timeout=10, markup=False)
        self._show_news()

    def _show_news(self) -> None:
        """Draw the rows anew whose decisions have changed, by this reviewer or another one."""
        try:
            changed = self._review.news()
        except LightboxError as error:
            self.notify(self._say.error(error), severity="error", timeout=10, markup=False)
            return
        self._table.redraw(changed)
        if changed and self._table.film:
            self._explain()

    def _explain(self) -> None:
        row, review = self._table.film, self._review
        told = self._empty()
        if row is not None:
            told = explain(row, review.standing(row), review.shows_machine(row), self._say)
        self.query_one("#why", Static).update(told)
        self.refresh_bindings()

    def _empty(self) -> str:
        match self._mode:
            case "second":
                return self._say("No film waits for you as its second reader.")
            case "arbitrate":
                return self._say("No film waits for you to arbitrate.")
            case _:
                return self._say("The worklist is empty.")

    @property
    def _table(self) -> FilmTable:
        return self.query_one(FilmTable)
