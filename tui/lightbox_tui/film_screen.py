"""One film on a screen: its picture on the left, on the right what is said of it, keys to look and decide."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Static

from lightbox_edge import LightboxError, Review
from lightbox_edge.decisions import ReviewRow
from lightbox_edge.languages import ENGLISH, Language
from lightbox_edge.reading.dicom_header import HeaderLine
from lightbox_edge.viewing import Film, FilmViewer, Looked, open_with_system
from lightbox_tui import film_words as words
from lightbox_tui.beside import What
from lightbox_tui.film_asking import Asking
from lightbox_tui.film_keys import FILM_KEYS
from lightbox_tui.film_view import FilmView
from lightbox_tui.header_screen import HeaderScreen
from lightbox_tui.key_line import KeyLine
from lightbox_tui.terminal import Terminal
from lightbox_tui.viewing_screen import ViewingScreen
from lightbox_tui.waiting import wait_for

AHEAD = 2  # films that are opened before they are asked for
NARROW = 100  # columns, under which two pictures leave no room for words


class FilmScreen(ViewingScreen):
    """Shows the films of a list, one at a time; dismisses with the place where it ended.

    Args:
        review: decides what may be seen, and records.
        films: the list.
        place: of the film to begin with.
        viewer: opens films and finds regions.
        say: speaks the reader's language.
        terminal: how films are shown.
        asking: answers words, and finds films that are alike.
    """

    CSS = """
    FilmScreen { background: $background; }
    FilmView { width: 3fr; }
    #words { width: 2fr; border-left: solid $primary; padding: 0 1; scrollbar-size-vertical: 1; }
    #status, #warning { height: 1; }
    #warning { color: $text-warning; }
    FilmScreen.narrow FilmView, FilmScreen.narrow #words { width: 1fr; }
    FilmScreen.narrow.double #words { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = FILM_KEYS

    def __init__(
        self,
        review: Review,
        films: Sequence[ReviewRow],
        place: int,
        viewer: FilmViewer,
        say: Language = ENGLISH,
        terminal: Terminal | None = None,
        *,
        asking: Asking | None = None,
    ) -> None:
        super().__init__(review, say)
        self._asking = asking
        self._films, self._place, self._viewer = films, place, viewer
        self._terminal = terminal or Terminal()
        self._looked: Looked | None = None
        self._note = ""  # what else there is to say of the picture
        self._told: list[str] = []

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield FilmView(self._terminal, self._viewer, self._say)
            with VerticalScroll(id="words", can_focus=False):
                yield Static("", id="told", markup=False)
        yield Static("", id="status", markup=False)
        yield Static(words.warning(self._terminal.picture, self._say), id="warning", markup=False)
        yield KeyLine(self._say)

    @property
    def row(self) -> ReviewRow:
        return self._films[self._place]

    def on_mount(self) -> None:
        self._show_film()

    def on_resize(self) -> None:
        self.set_class(self.size.width < NARROW, "narrow")

    def on_film_view_changed(self) -> None:
        parts = [self.pictures.status()]
        if self._shows_machine and parts[0]:
            parts.append(words.overlay_words(self.pictures.view, self._say))
        self.query_one("#status", Static).update("  ".join(parts))
        self.set_class(bool(self.pictures.beside), "double")

    def decided(self, answered: bool) -> None:
        """Show what stands now; the film stays, so that a key held down decides on one film alone."""
        self._look()
        self._tell()

    def action_go(self, by: int) -> None:
        if 0 <= self._place + by < len(self._films):
            self._place += by
            self._show_film()

    def action_leave(self) -> None:
        self.dismiss(self._place)

    def action_overlay(self) -> None:
        self.pictures.look(self.pictures.view.overlaid())
        self._look()
        self._tell()

    def action_choose(self, number: int) -> None:
        """Draw another finding; by its number in the list."""
        findings = words.by_weight(self.row.result.outcome)[number - 1 : number]
        if findings and self.pictures.marks:
            if self.pictures.choose(findings[0].name):
                self._tell()
            else:
                self._mention(self._say("Only what is flagged is drawn."))

    def action_beside(self, what: What) -> None:
        if what == "model" and not self._shows_machine:
            self._mention(self._hidden)
        else:
            self.pictures.show_beside(what, self.row)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("ask", "similar"):
            return self._asking is not None and self.row.result.outcome.status == "judged"
        return super().check_action(action, parameters)

    def action_ask(self) -> None:
        """Ask words of this film."""
        if self._asking and self._shows_machine:
            self.app.push_screen(self._asking.words_of(self.row, self._say))
        else:
            self._mention(self._hidden)

    def action_similar(self) -> None:
        """Show the films that are most like this one, and open the one that is chosen."""

        def chosen(row: ReviewRow | None) -> None:
            if row is not None:
                films = (self._review, (row,), 0, self._viewer, self._say, self._terminal)
                self.app.push_screen(FilmScreen(*films, asking=self._asking))

        if self._asking:
            self.app.push_screen(self._asking.films_like(self.row, self._say), chosen)

    def action_header(self) -> None:
        def show(lines: Sequence[HeaderLine]) -> None:
            self.app.push_screen(HeaderScreen(self.row.result.path, lines, self._say))

        wait_for(self, lambda: self._viewer.header(self.row), show, self._mention, "header")

    def action_open(self) -> None:
        """Open the film at full resolution, with its overlay, in the system's viewer."""
        row, view, marks = self.row, self.pictures.view, self.pictures.marks
        measured = self._looked.told if self._looked and marks else ()
        told = [row.result.path, *(f"{target}: {said}" for target, said in measured)]
        told.append(self._say("Shown by Lightbox. No diagnosis: a person decides."))
        wait_for(
            self, lambda: self._viewer.write(row, view, marks, told), self._opened, self._mention, "open"
        )

    def action_scroll_words(self, by: int) -> None:
        self.query_one("#words").scroll_relative(y=2 * by, animate=False)

    def _opened(self, file: Path) -> None:
        if open_with_system(file):
            self._mention(self._say("Opened in the system's viewer."))
        else:
            self._mention(self._say("No viewer was found: the film is in {file} until you quit.", file=file))

    def _show_film(self) -> None:
        self._looked, self._note = None, ""
        self.pictures.clear(self._say("Opening the film ..."))
        self.pictures.target = next((one.name for one in words.by_weight(self.row.result.outcome)), "")
        self.query_one("#words").scroll_home(animate=False)
        self._tell()
        self.on_film_view_changed()
        wait_for(self, lambda: self._viewer.open(self.row), self._show, self.pictures.clear, "film")

    def _show(self, film: Film) -> None:
        self.pictures.show(film)
        if film.changed:
            self._note = self._say("The file has changed: this is not the picture that was judged.")
        self._look()
        self._tell()
        following = range(self._place + 1, min(self._place + 1 + AHEAD, len(self._films)))
        with suppress(LightboxError):  # said when the film itself is asked for
            self._viewer.prefetch([self._films[place] for place in following])

    def _look(self) -> None:
        """Find the film's regions, where they may be shown and are asked for."""
        film = self.pictures.film
        if self._looked or film is None or film.changed or not self._shows_machine:
            return
        if self.pictures.view.overlay == "none":
            return

        def found(looked: Looked) -> None:
            self._looked, self._note = looked, ""
            self.pictures.mark(looked.marks)
            self._tell()

        if self._viewer.bundle is None:
            self._note = self._say("There is no bundle here, so nothing is drawn upon the film.")
        else:
            self._note = self._say("Looking for lungs, heart and findings ...")
            wait_for(self, lambda: self._viewer.look(self.row), found, self._tell_note, "look")

    def _tell_note(self, note: str) -> None:
        self._note = note
        self._tell()

    def _tell(self) -> None:
        """Say what is known of the film, as much of it as this reader may see."""
        row, review, say = self.row, self._review, self._say
        lines = [*words.head(row, say), *words.decisions(review.standing(row), say)]
        lines += [self._note, ""] if self._note else []
        if self._shows_machine:
            bars = words.LETTERS if self._terminal.picture == "ascii" else words.BLOCKS
            lines += words.machine(row, self.pictures.target if self.pictures.marks else "", bars, say)
            lines += words.measured(self._looked, say) if self._looked else []
            lines += words.worth(self._viewer.bundle, row, say) if self._viewer.bundle else []
        else:
            lines.append(self._hidden)
        if lines != self._told:  # laying out some eighty lines anew takes longer than the picture
            self._told = lines
            self.query_one("#told", Static).update(words.hanging(lines))
        self.refresh_bindings()

    def _mention(self, sentence: str) -> None:
        self.notify(sentence, timeout=10, markup=False)

    @property
    def _shows_machine(self) -> bool:
        return self._review.shows_machine(self.row)

    @property
    def _hidden(self) -> str:
        return self._say("What the machine says is hidden until you have decided.")
