"""The worklist on one screen: films in order of urgency, why each stands where it stands, keys to decide."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import Header, Static

from lightbox_edge import LightboxError, Review, Worklist
from lightbox_edge.browsing import Filter, Pages
from lightbox_edge.decisions import ReviewRow
from lightbox_edge.languages import Language
from lightbox_edge.worklist_files import Restored
from lightbox_tui.counting import count_line, filter_line
from lightbox_tui.deciding import DecidingScreen
from lightbox_tui.dialogs import SignIn
from lightbox_tui.explaining import explain
from lightbox_tui.film_table import FilmTable
from lightbox_tui.filter_screen import FilterScreen
from lightbox_tui.key_line import KeyLine
from lightbox_tui.restored import restored_line
from lightbox_tui.screening import Screening, screening_line

_LOOKS = 2.0  # seconds between looks at what others have written


class WorklistScreen(DecidingScreen):
    """Shows the films of a reading mode; what others decide or screen meanwhile appears by itself.

    Args:
        worklist: an open worklist.
        review: of this worklist.
        screening: a screening that runs beside, None where there is none.
        say: speaks the reader's language.
        restored: what was done to the worklist when it was opened, None if it was sound.
        film: makes the screen of one film of a list, which is left with the place where it ended.
    """

    DEFAULT_CSS = """
    WorklistScreen #counts, #restored, #filter, #screening { height: auto; width: 1fr; }
    WorklistScreen #restored { color: $text-error; }
    WorklistScreen #filter, #screening { color: $text-warning; }
    WorklistScreen FilmTable { height: 1fr; }
    WorklistScreen #whys { height: 30%; border-top: solid $primary; scrollbar-size-vertical: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open"),
        Binding("space", "next", "Next open"),
        Binding("f", "filter", "Filter"),
        Binding("escape", "clear", "All films"),
        Binding("q", "app.quit", "Quit"),
    ]

    def __init__(
        self,
        worklist: Worklist,
        review: Review,
        say: Language,
        film: Callable[[Sequence[ReviewRow], int], Screen[int]],
        screening: Screening | None = None,
        restored: Restored | None = None,
    ) -> None:
        super().__init__(review, say)
        self._film = film
        self._worklist, self._screening, self._restored = worklist, screening, restored
        self._pages = Pages(worklist, review)
        self._warned = ""

    def compose(self) -> ComposeResult:
        yield Header()
        yield Static("", id="counts", markup=False)
        yield Static("", id="restored", markup=False)
        yield Static("", id="filter", markup=False)
        yield Static("", id="screening", markup=False)
        yield FilmTable(self._review, self._pages, self._say, ranked=self._worklist.is_ranked())
        with VerticalScroll(id="whys", can_focus=False):
            yield Static("", id="why", markup=False)
        yield KeyLine(self._say)

    def on_mount(self) -> None:
        self._line("#restored", restored_line(self._restored, self._say) if self._restored else "")
        self._tell()
        self.action_sign_in()
        self.set_interval(_LOOKS, self._look)

    @property
    def row(self) -> ReviewRow:
        film = self._table.film
        if film is None:
            raise LookupError("no film is chosen")  # `check_action` lets no key come here then
        return film

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "clear":
            return self._pages.filter != Filter()
        if action in ("answer", "undo", "note", "next", "open") and self._table.film is None:
            return False
        return super().check_action(action, parameters)

    def on_film_table_chosen(self) -> None:
        self._explain()

    def action_sign_in(self) -> None:
        self.app.push_screen(SignIn(self._review, self._say), self._signed_in)

    def action_filter(self) -> None:
        names, readers = self._worklist.finding_names(), self._review.readers.names()
        blind = self._review.mode == "blind-first"
        asked = FilterScreen(self._pages.filter, names, readers, blind=blind, say=self._say)
        self.app.push_screen(asked, self._show)

    def action_clear(self) -> None:
        self._show(Filter())

    def action_next(self) -> None:
        """Go to the next film that waits for a decision; past the last one the search begins at the first."""
        place = self._pages.next_waiting(self._table.place)
        if place is None:
            self.notify(self._say("No other film on this list waits for a decision."), markup=False)
        else:
            self._table.go(place)

    def decided(self, answered: bool) -> None:
        """Show what stands now; the cursor stays, so that a key held down decides on one film alone."""
        self._look()

    def action_open(self) -> None:
        """Open the film on a screen of its own; the cursor goes to the one where that ended."""

        def left(place: int | None) -> None:
            self._table.go(place or 0)
            self._look()

        self.app.push_screen(self._film(self._pages, self._table.place), left)

    def _signed_in(self, reader: str | None) -> None:
        if reader is None:
            return
        mode = self._say(self._review.mode)
        self.app.sub_title = self._say("{reader}, {mode}; not a diagnosis", reader=reader, mode=mode)
        self._list(self._pages.begin, otherwise=0)

    def _show(self, wanted: Filter | None) -> None:
        if wanted is not None and wanted != self._pages.filter:
            self._list(lambda: self._pages.show(wanted), otherwise=0)

    def _look(self) -> None:
        """Take in what was written since; not while another screen goes through the list by its places."""
        if self.is_current:
            self._list(lambda: self._pages.refresh(self._table.film), otherwise=self._table.place)

    def _list(self, change: Callable[[], bool | None], otherwise: int) -> None:
        """Change the list, or find that there is nothing to change; the cursor stays on its film.

        ``otherwise`` is where it goes if the film is not on the list any more.
        """
        table = self._table
        try:
            changed = change() is not False
            if changed:
                table.ranked = self._worklist.is_ranked()
                place = self._pages.place(table.film) if table.film else None
        except LightboxError as error:
            self._warn(self._say.error(error))
            return
        self._warned = ""
        if changed:
            table.listed(otherwise if place is None else place)
            self._tell()
        else:
            self._tell_screening()

    def _warn(self, sentence: str) -> None:
        """Tell an error once, and not again at every look."""
        if sentence != self._warned:
            self._warned = sentence
            self.notify(sentence, severity="error", timeout=10, markup=False)

    def _tell(self) -> None:
        """Say everything that stands around the table."""
        pages = self._pages
        self.query_one("#counts", Static).update(count_line(pages.counts, self._say))
        told = filter_line(pages.filter, len(pages), self._say)
        self._line("#filter", told)
        self._tell_screening()
        self._explain()

    def _tell_screening(self) -> None:
        self._line("#screening", screening_line(self._screening, self._say) if self._screening else "")

    def _line(self, name: str, told: str) -> None:
        """Show a line, or no line where there is nothing to tell."""
        line = self.query_one(name, Static)
        if told != line.content:
            line.update(told)
        line.display = bool(told)

    def _explain(self) -> None:
        row, review = self._table.film, self._review
        told = self._empty()
        if row is not None:
            told = explain(row, review.standing(row), review.shows_machine(row), self._say)
        self.query_one("#why", Static).update(told)
        self.refresh_bindings()

    def _empty(self) -> str:
        if self._pages.filter != Filter():
            return self._say("No film is like that: Esc shows all films.")
        match self._review.mode:
            case "second":
                return self._say("No film waits for you as its second reader.")
            case "arbitrate":
                return self._say("No film waits for you to arbitrate.")
            case _:
                return self._say("The worklist is empty.")

    @property
    def _table(self) -> FilmTable:
        return self.query_one(FilmTable)
