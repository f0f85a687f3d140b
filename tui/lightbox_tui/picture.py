"""A widget that shows a film: by sixel or kitty's protocol with textual-image, else in characters.

Characters are drawn here: textual-image's half cells took 35 to 90 ms for 90 x 42 cells, and a key's effect
must be seen within 50.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import Any, Protocol

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.events import Resize
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from lightbox_edge.viewing import Canvas
from lightbox_tui.terminal import Terminal

_RAMP = " .:-=+*#%@"  # from black to white, each about as much ink again
_MARK = "o"  # what is drawn upon a film that has no colours
_HALF = "▀"


class Picture(Protocol):
    """What the edge hands over: a Pillow image, of which this needs no more."""

    @property
    def mode(self) -> str: ...
    @property
    def size(self) -> tuple[int, int]: ...
    def tobytes(self) -> bytes: ...


Draw = Callable[[Canvas], Picture]


class FilmPicture(Widget):
    """Shows what a function draws on a canvas of the widget's size, or a sentence in its place."""

    DEFAULT_CSS = """
    FilmPicture { width: 1fr; height: 1fr; background: black; }
    FilmPicture > Static { width: 1fr; height: 1fr; content-align: center middle; padding: 0 2; }
    """

    def __init__(self, terminal: Terminal, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self._terminal = terminal
        self._draw: Draw | None = None
        self._strips: list[Strip] = []

    def compose(self) -> ComposeResult:
        yield Static("", markup=False)
        if self._terminal.picture in ("kitty", "sixel"):
            yield _pixels(self._terminal)

    @property
    def canvas(self) -> Canvas:
        """What a picture of this widget is drawn on."""
        columns, rows = max(1, self.size.width), max(1, self.size.height)
        width, height = self._terminal.cell
        match self._terminal.picture:
            case "kitty" | "sixel":
                return Canvas(columns * width, rows * height)
            case "ascii":
                return Canvas(columns, rows, width / height)
            case _:
                return Canvas(columns, 2 * rows, 2 * width / height)

    def show(self, draw: Draw) -> None:
        """From now on show what this draws; nothing where pictures are off."""
        if self._terminal.picture == "none":
            self.tell("")
            return
        self._draw = draw
        self._redraw()

    def tell(self, sentence: str) -> None:
        """Show a sentence and no picture."""
        self._draw, self._strips = None, []
        self.query_one(Static).update(sentence)
        self._lay_out()

    def on_resize(self, event: Resize) -> None:
        self._redraw()

    def render_line(self, y: int) -> Strip:
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width)

    def _redraw(self) -> None:
        if self._draw is None or not self.size:
            return
        picture = self._draw(self.canvas)
        match self._terminal.picture:
            case "kitty" | "sixel":
                pixels: Any = self.children[-1]
                pixels.image = picture
            case "ascii":
                self._strips = _ascii(picture)
            case _:
                self._strips = _half_cells(picture)
        self._lay_out()

    def _lay_out(self) -> None:
        """Either the sentence or the picture has the room."""
        for child in self.children:
            child.display = isinstance(child, Static) == (self._draw is None)
        self.refresh()


def _pixels(terminal: Terminal) -> Widget:
    """textual-image's widget, imported so that it neither asks the terminal nor reads a key."""
    shown, sys.__stdout__ = sys.__stdout__, io.StringIO()  # type: ignore[assignment,misc]  # nobody to ask
    try:
        widgets = import_module("textual_image.widget")
    finally:
        sys.__stdout__ = shown  # type: ignore[misc]  # as above
    asked: Any = import_module("textual_image._terminal")
    asked.get_cell_size._result = asked.CellSize(*terminal.cell)  # where it keeps what it has asked
    made: Widget = widgets.SixelImage() if terminal.picture == "sixel" else widgets.TGPImage()
    made.styles.width = made.styles.height = "100%"
    return made


def _half_cells(picture: Picture) -> list[Strip]:
    """Two pixels to a character: the upper half in its colour, the lower one in the background's."""
    (columns, rows), content = picture.size, picture.tobytes()
    if picture.mode == "L":
        pixels = [(one, one, one) for one in content]
    else:
        pixels = list(zip(content[::3], content[1::3], content[2::3], strict=True))
    lines = (pixels[row * columns : (row + 1) * columns] for row in range(rows))
    return [
        Strip([Segment(_HALF, _style(*pair)) for pair in zip(upper, lower, strict=True)], columns)
        for upper, lower in zip(lines, lines, strict=True)
    ]


@lru_cache(maxsize=1 << 15)
def _style(upper: tuple[int, int, int], lower: tuple[int, int, int]) -> Style:
    return Style.from_color(Color.from_rgb(*upper), Color.from_rgb(*lower))


def _ascii(picture: Picture) -> list[Strip]:
    """A letter to a pixel, the denser the brighter; what is coloured, and so drawn upon the film, a mark."""
    (columns, rows), content = picture.size, picture.tobytes()
    if picture.mode == "L":
        letters = [_RAMP[one * len(_RAMP) // 256] for one in content]
    else:
        pixels = zip(content[::3], content[1::3], content[2::3], strict=True)
        letters = [_RAMP[r * len(_RAMP) // 256] if r == g == b else _MARK for r, g, b in pixels]
    lines = ("".join(letters[row * columns : (row + 1) * columns]) for row in range(rows))
    return [Strip([Segment(line)], columns) for line in lines]
