"""The table of films: a line for each row of a list of any length, of which only what is seen is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from lightbox_edge import LightboxError, Review
from lightbox_edge.browsing import Pages
from lightbox_edge.decisions import ReviewRow
from lightbox_edge.languages import Language
from lightbox_edge.results import Triage
from lightbox_tui.columns import GAP, Column, cells, cut, fit

_HEAD = 1  # lines above the films
_WHEEL = 3  # films that a step of the mouse's wheel moves
_STYLES: dict[Triage, str] = {
    "flagged": "film-table--flagged", "uncertain": "film-table--uncertain",
    "not flagged": "film-table--clear", "not judged": "film-table--not-judged",
}  # fmt: skip


class FilmTable(ScrollView, can_focus=True):
    """Shows the films of a list with a cursor on one of them, which is always on the screen.

    Args:
        review: says what may be seen of each.
        pages: the list.
        ranked: whether there is a column for how unlike the others a film is.
        say: speaks the reader's language.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "film-table--head", "film-table--cursor", "film-table--odd", *_STYLES.values(),
    }  # fmt: skip
    DEFAULT_CSS = """
    FilmTable { scrollbar-size-vertical: 1; overflow-x: hidden; }
    .film-table--head { background: $panel; text-style: bold; }
    .film-table--cursor {
        color: $block-cursor-foreground; background: $block-cursor-background; text-style: bold;
    }
    .film-table--odd { background: $surface; }
    .film-table--flagged { color: $error; }
    .film-table--uncertain { color: $warning; }
    .film-table--clear { color: $success; }
    .film-table--not-judged { color: $accent; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "Up", show=False),
        Binding("down", "move(1)", "Down", show=False),
        Binding("pageup", "turn(-1)", "Page up", show=False),
        Binding("pagedown", "turn(1)", "Page down", show=False),
        Binding("home", "end(0)", "First film", show=False),
        Binding("end", "end(-1)", "Last film", show=False),
    ]

    @dataclass
    class Chosen(Message):
        """The cursor stands on another film now, or on none."""

        film: ReviewRow | None

    def __init__(self, review: Review, pages: Pages, say: Language, *, ranked: bool) -> None:
        super().__init__()
        self._review, self._pages, self._say = review, pages, say
        self.ranked = ranked
        self.place = 0
        self.film: ReviewRow | None = None
        self.columns: tuple[Column, ...] = ()

    def on_mount(self) -> None:
        self.listed(0)

    def on_resize(self) -> None:
        self.columns = fit(self.scrollable_content_region.width, self._say, ranked=self.ranked)
        self._show(self.place)

    def listed(self, place: int) -> None:
        """Draw the list, which has changed, with the cursor on a place of it and on the line where it was."""
        line = self.place - self.scroll_offset.y
        self.virtual_size = Size(self.size.width, len(self._pages) + _HEAD)
        self._go(place)
        self.scroll_to(y=self.place - line, animate=False, immediate=True)
        self._show(self.place)
        self.refresh()

    def go(self, place: int) -> None:
        """Put the cursor on a place, or the nearest that there is."""
        before, offset = self.place, self.scroll_offset
        self._go(place)
        self._show(self.place)
        if offset == self.scroll_offset:
            self.refresh_lines(before + _HEAD)
            self.refresh_lines(self.place + _HEAD)

    def action_move(self, by: int) -> None:
        self.go(self.place + by)

    def action_turn(self, pages: int) -> None:
        self.go(self.place + pages * self._lines)

    def action_end(self, place: int) -> None:
        self.go(place % max(1, len(self._pages)))

    def on_click(self, event: events.Click) -> None:
        place = self.scroll_offset.y + event.y - _HEAD
        if event.y >= _HEAD and place < len(self._pages):
            self.go(place)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.prevent_default()
        self.go(self.place + _WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.prevent_default()
        self.go(self.place - _WHEEL)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Who drags the bar takes the cursor along: no key decides on a film that is out of sight."""
        super().watch_scroll_y(old_value, new_value)
        first = round(new_value)
        self._go(min(max(self.place, first), first + self._lines - 1))

    @property
    def _lines(self) -> int:
        """Lines for films."""
        return max(1, self.scrollable_content_region.height - _HEAD)

    def _go(self, place: int) -> None:
        self.place = min(max(0, place), max(0, len(self._pages) - 1))
        film = self._row(self.place)
        if film != self.film:
            self.film = film
            self.post_message(self.Chosen(film))

    def _show(self, place: int) -> None:
        """Scroll as little as brings a place into sight."""
        first = self.scroll_offset.y
        wanted = min(max(first, place - self._lines + 1), place)
        if wanted != first:
            self.scroll_to(y=wanted, animate=False, immediate=True)

    def _row(self, place: int) -> ReviewRow | None:
        """A film; None where there is none, or where it cannot be read now."""
        try:
            return self._pages[place] if place < len(self._pages) else None
        except (LightboxError, IndexError):
            return None

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        if y < _HEAD:
            style = self.get_component_rich_style("film-table--head")
            titles = (cut(column.title, column) for column in self.columns)
            return Strip([Segment((" " * GAP).join(titles), style)]).adjust_cell_length(width, style)
        place = self.scroll_offset.y + y - _HEAD
        row = self._row(place)
        return self._strip(place, row, width) if row else Strip.blank(width, self.rich_style)

    def _strip(self, place: int, row: ReviewRow, width: int) -> Strip:
        review, chosen = self._review, place == self.place
        shown = review.shows_machine(row)
        name = row.result.path.removeprefix(self._pages.folder)
        told = cells(row, name, review.standing(row), shown, self._say)
        kind = "film-table--cursor" if chosen else "film-table--odd" if place % 2 else ""
        style = self.get_component_rich_style(kind) if kind else self.rich_style
        segments = []
        for column in self.columns:
            segments.append(Segment(cut(told[column.name], column), style))
            segments.append(Segment(" " * GAP, style))
        if shown and not chosen and segments:
            colour = self.get_component_rich_style(_STYLES[row.result.outcome.triage]).color
            segments[0] = Segment(segments[0].text, style + Style(color=colour))
        return Strip(segments).adjust_cell_length(width, style)
