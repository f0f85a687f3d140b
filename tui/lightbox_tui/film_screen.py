"""One film on a screen: its picture on the left, on the right what is said of it, keys to look and decide."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Footer, Static

from lightbox_edge import LightboxError, Review
from lightbox_edge.decisions import ReviewRow
from lightbox_edge.languages import ENGLISH, Language
from lightbox_edge.reading.dicom_header import HeaderLine
from lightbox_edge.viewing import (
    Film,
    FilmViewer,
    Looked,
    Mark,
    View,
    focused,
    open_with_system,
    render,
    view_of,
)
from lightbox_tui import film_words as words
from lightbox_tui.beside import Beside
from lightbox_tui.deciding import DecidingScreen
from lightbox_tui.header_screen import HeaderScreen
from lightbox_tui.picture import FilmPicture
from lightbox_tui.terminal import Terminal
from lightbox_tui.waiting import wait_for

AHEAD = 2  # films that are opened before they are asked for
STEP = 0.25  # of what is seen, that one pan moves


def _quiet(keys: str, action: str) -> Binding:
    """A key that the footer has no room for; the help names it."""
    return Binding(keys, action, show=False)


class FilmScreen(DecidingScreen):
    """Shows the films of a list, one at a time; dismisses with the place where it ended.

    Args:
        review: decides what may be seen, and records.
        films: the list.
        place: of the film to begin with.
        viewer: opens films and finds regions.
        say: speaks the reader's language.
        terminal: how films are shown.
    """

    CSS = """
    #left { width: 3fr; min-width: 40; }
    #words { width: 2fr; min-width: 36; border-left: solid $primary; padding: 0 1; }
    #status, #warning { height: 1; width: 1fr; }
    #warning { color: $text-warning; }
    FilmScreen.narrow #left { width: 1fr; }
    FilmScreen.narrow #words { width: 1fr; }
    FilmScreen.narrow.double #words { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        ("v", "overlay", "Overlay"),
        ("w", "window", "Window"),
        ("o", "open", "Open"),
        ("q,escape", "leave", "Back"),
        _quiet("right,pagedown", "go(1)"),
        _quiet("left,pageup", "go(-1)"),
        _quiet("right_square_bracket", "change('brightened', 0.05)"),
        _quiet("left_square_bracket", "change('brightened', -0.05)"),
        _quiet("right_curly_bracket", "change('widened', 1.15)"),
        _quiet("left_curly_bracket", "change('widened', 0.87)"),
        _quiet("e", "change('turned_over')"),
        _quiet("plus,equals_sign", "move('zoomed', 1.25)"),
        _quiet("minus", "move('zoomed', 0.8)"),
        _quiet("0", "change('whole')"),
        _quiet("h,shift+left", f"move('panned', {-STEP}, 0)"),
        _quiet("l,shift+right", f"move('panned', {STEP}, 0)"),
        _quiet("k,shift+up", f"move('panned', 0, {-STEP})"),
        _quiet("j,shift+down", f"move('panned', 0, {STEP})"),
        _quiet("g", "beside('model')"),
        _quiet("b", "beside('before')"),
        _quiet("t", "header"),
        *(_quiet(str(number), f"choose({number})") for number in range(1, 10)),
    ]

    def __init__(
        self,
        review: Review,
        films: Sequence[ReviewRow],
        place: int,
        viewer: FilmViewer,
        say: Language = ENGLISH,
        terminal: Terminal | None = None,
    ) -> None:
        super().__init__(review, say)
        self._films, self._place, self._viewer = films, place, viewer
        self._terminal = terminal or Terminal()
        self._film: Film | None = None
        self._looked: Looked | None = None
        self._view = View()
        self._target = ""  # the finding that is drawn
        self._note = ""  # why nothing is drawn

    def compose(self) -> ComposeResult:
        with Horizontal():
            with Vertical(id="left"):
                with Horizontal():
                    yield FilmPicture(self._terminal, id="film")
                    yield Beside(self._terminal, self._viewer, self._say)
                yield Static("", id="status", markup=False)
                yield Static(self._warning(), id="warning", markup=False)
            with VerticalScroll(id="words", can_focus=False):
                yield Static("", id="told", markup=False)
        yield Footer(show_command_palette=False)

    @property
    def row(self) -> ReviewRow:
        return self._films[self._place]

    def on_mount(self) -> None:
        self._show_film()

    def on_resize(self) -> None:
        self.set_class(self.size.width < 100, "narrow")

    def decided(self, answered: bool) -> None:
        """Go on to the next film, but where an answer has just uncovered what the machine says."""
        if answered and self._review.mode != "blind-first" and self._place + 1 < len(self._films):
            self.action_go(1)
            return
        self._look()
        self._tell()

    def action_go(self, by: int) -> None:
        place = self._place + by
        if 0 <= place < len(self._films):
            self._place = place
            self._show_film()

    def action_leave(self) -> None:
        self.dismiss(self._place)

    def action_change(self, how: str, *values: float) -> None:
        """Change the view in a way that needs no film."""
        self._view = getattr(self._view, how)(*values)
        self._draw()

    def action_move(self, how: str, *values: float) -> None:
        """Zoom or pan, as far as the film goes."""
        if self._film:
            canvas = self._picture.canvas
            self._view = getattr(self._view, how)(*values, self._film.shape, canvas)
            self._draw()

    def action_window(self) -> None:
        if self._film:
            self._view = view_of(self._film, self._view.preset + 1, self._view)
            self._draw()

    def action_overlay(self) -> None:
        self._view = self._view.overlaid()
        self._look()
        self._draw()

    def action_choose(self, number: int) -> None:
        """Draw another finding; by its number in the list."""
        findings = words.by_weight(self.row.result.outcome)
        if self._shows_machine and number <= len(findings):
            self._target = findings[number - 1].name
            self._tell()
            self._draw()

    def action_beside(self, what: str) -> None:
        """Show another picture beside the film, or take it away."""
        beside = self.query_one(Beside)
        if beside.what == what:
            beside.hide()
        elif what == "before":
            beside.show_before(self.row)
        elif self._shows_machine:
            beside.show_model(self.row)
        else:
            self._mention(self._say("What the machine says is hidden until you have decided."))
        self.set_class(bool(beside.what), "double")
        self._draw()

    def action_header(self) -> None:
        def show(lines: Sequence[HeaderLine]) -> None:
            self.app.push_screen(HeaderScreen(self.row.result.path, lines, self._say))

        wait_for(self, lambda: self._viewer.header(self.row), show, self._mention, "header")

    def action_open(self) -> None:
        """Open the film at full resolution, with its overlay, in the system's viewer."""
        row, view = self.row, self._view
        told = [row.result.path, *self._measured(), self._say("Drawn by Lightbox. A person decides.")]
        wait_for(
            self,
            lambda: self._viewer.write(row, view, self._marks(), told),
            self._opened,
            self._mention,
            "open",
        )

    def _opened(self, file: Path) -> None:
        if open_with_system(file):
            self._mention(self._say("Opened in the system's viewer."))
        else:
            self._mention(self._say("No viewer was found: the film is in {file} until you quit.", file=file))

    def _show_film(self) -> None:
        self._film, self._looked, self._note = None, None, ""
        self._target = next((one.name for one in words.by_weight(self.row.result.outcome)), "")
        self.query_one(Beside).hide()
        self.remove_class("double")
        self._tell()
        self.query_one("#status", Static).update("")
        wait_for(self, lambda: self._viewer.open(self.row), self._show, self._picture.tell, "film")
        if self._film is None:
            self._picture.tell(self._say("Opening the film ..."))

    def _show(self, film: Film) -> None:
        self._film = film
        kept = 0 if self._view.by_hand else self._view.preset
        self._view = view_of(film, kept if kept < len(film.presets) else 0, self._view.whole())
        if film.changed:
            self._note = self._say("The file has changed: this is not the picture that was judged.")
        self._draw()
        self._look()
        self._tell()
        following = range(self._place + 1, min(self._place + 1 + AHEAD, len(self._films)))
        with suppress(LightboxError):  # said when the film itself is asked for
            self._viewer.prefetch([self._films[place] for place in following])

    def _look(self) -> None:
        """Find the film's regions, where they may be shown and are asked for."""
        if self._looked or not self._may_draw:
            return

        def found(looked: Looked) -> None:
            self._looked, self._note = looked, ""
            self._tell()
            self._draw()

        def not_found(sentence: str) -> None:
            self._note = sentence
            self._tell()

        if self._viewer.bundle is None:
            not_found(self._say("There is no bundle here, so nothing is drawn upon the film."))
        else:
            wait_for(self, lambda: self._viewer.look(self.row), found, not_found, "look")

    def _draw(self) -> None:
        """Draw the film as the view says, and name what the view is."""
        film, view = self._film, self._view
        if film is None:
            return
        marks = self._marks()
        self._picture.show(lambda canvas: render(film, view, canvas, marks))
        self.query_one(Beside).follow(view)
        parts = [words.status(film, view, self._say)]
        if self._shows_machine:
            parts.append(words.overlay_words(view, self._say))
        self.query_one("#status", Static).update("  ".join(parts))

    def _marks(self) -> tuple[Mark, ...]:
        return focused(self._looked.marks, self._target) if self._looked and self._may_draw else ()

    def _tell(self) -> None:
        """Say what is known of the film, as much of it as this reader may see."""
        row, review, say = self.row, self._review, self._say
        lines = [*words.head(row, say), *words.decisions(review.standing(row), say)]
        if self._note:
            lines += [self._note, ""]
        if self._shows_machine:
            bars = words.LETTERS if self._terminal.picture == "ascii" else words.BLOCKS
            lines += words.machine(row, self._target if self._marks() else "", bars, say)
            lines += words.measured(self._looked, say) if self._looked else []
            lines += words.worth(self._viewer.bundle, row, say) if self._viewer.bundle else []
        else:
            lines.append(say("What the machine says is hidden until you have decided."))
        self.query_one("#told", Static).update("\n".join(lines))
        self.refresh_bindings()

    def _measured(self) -> list[str]:
        looked = self._looked if self._may_draw else None
        return [f"{target}: {told}" for target, told in looked.told] if looked else []

    def _mention(self, sentence: str) -> None:
        self.notify(sentence, timeout=10, markup=False)

    def _warning(self) -> str:
        if self._terminal.picture in ("kitty", "sixel"):
            return self._say("A terminal is no diagnostic display: o opens the film.")
        if self._terminal.picture == "none":
            return self._say("Pictures are off: o opens the film.")
        return self._say("Half-cells are no diagnostic display: o opens the film.")

    @property
    def _picture(self) -> FilmPicture:
        return self.query_one("#film", FilmPicture)

    @property
    def _shows_machine(self) -> bool:
        return self._review.shows_machine(self.row)

    @property
    def _may_draw(self) -> bool:
        """Whether anything may be drawn upon the film."""
        film = self._film
        return film is not None and not film.changed and self._shows_machine and self._view.overlay != "none"
