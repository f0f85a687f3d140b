"""How a film is looked at: window, zoom and place, as one frozen record, and the ways to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Overlay = Literal["outlines", "map", "none"]
Box = tuple[float, float, float, float]  # left, top, right, bottom

OVERLAYS: tuple[Overlay, ...] = ("outlines", "map", "none")
NARROWEST, WIDEST = 1 / 64, 4.0  # of the film's range
CLOSEST = 32.0  # times the size at which the whole film fits


@dataclass(frozen=True, slots=True)
class Canvas:
    """What a film is drawn on: pixels, and a pixel's width over its height (a character's is about 0.5)."""

    columns: int
    rows: int
    aspect: float = 1.0


@dataclass(frozen=True, slots=True)
class View:
    """How a film is looked at.

    Attributes:
        preset: which of the film's presets the window came from.
        step: which of the film's ranges the window lies on, see `Film.range_pixels`.
        level: the middle of the window, as a share of that range, 0 to 1.
        width: of the window, in the same.
        by_hand: whether the window was changed since the preset.
        inverted: whether dense is black.
        zoom: 1 shows the whole film.
        x, y: the centre, as shares of the film's width and height.
        overlay: what is drawn upon the film.
    """

    preset: int = 0
    step: int = 0
    level: float = 0.5
    width: float = 1.0
    by_hand: bool = False
    inverted: bool = False
    zoom: float = 1.0
    x: float = 0.5
    y: float = 0.5
    overlay: Overlay = "outlines"

    def widened(self, times: float) -> View:
        """A window that many times as wide: less contrast above 1, more below."""
        return replace(self, width=_between(NARROWEST, self.width * times, WIDEST), by_hand=True)

    def brightened(self, share: float) -> View:
        """A window moved by a share of its own width, so that the film looks brighter above 0."""
        moved = -share if not self.inverted else share
        return replace(self, level=_between(0.0, self.level + moved * self.width, 1.0), by_hand=True)

    def turned_over(self) -> View:
        """Black and white changed for each other."""
        return replace(self, inverted=not self.inverted)

    def overlaid(self) -> View:
        """The next kind of overlay."""
        return replace(self, overlay=OVERLAYS[(OVERLAYS.index(self.overlay) + 1) % len(OVERLAYS)])

    def zoomed(self, times: float, shape: tuple[int, int], canvas: Canvas) -> View:
        """Closer about the centre above 1, farther below; never farther than the whole film.

        ``shape`` is the film's (rows, columns), in whatever unit.
        """
        nearer = replace(self, zoom=_between(1.0, self.zoom * times, CLOSEST))
        return nearer.settled(shape, canvas)

    def panned(self, right: float, down: float, shape: tuple[int, int], canvas: Canvas) -> View:
        """Moved by shares of what is seen, as far as the film goes."""
        seen = visible(self, shape, canvas)
        x = self.x + right * (seen[2] - seen[0]) / shape[1]
        y = self.y + down * (seen[3] - seen[1]) / shape[0]
        return replace(self, x=x, y=y).settled(shape, canvas)

    def settled(self, shape: tuple[int, int], canvas: Canvas) -> View:
        """The same with its centre in the middle of what is seen: pans back begin at once."""
        left, top, right, bottom = visible(self, shape, canvas)
        return replace(self, x=(left + right) / 2 / shape[1], y=(top + bottom) / 2 / shape[0])

    def whole(self) -> View:
        """The whole film."""
        return replace(self, zoom=1.0, x=0.5, y=0.5)


def scale(view: View, shape: tuple[int, int], canvas: Canvas) -> tuple[float, float]:
    """How many of the canvas's columns and rows a film's pixel takes; ``shape`` is (rows, columns)."""
    rows, columns = shape
    across = view.zoom * min(canvas.columns / columns, canvas.rows / (rows * canvas.aspect))
    return across, across * canvas.aspect


def visible(view: View, shape: tuple[int, int], canvas: Canvas) -> Box:
    """What is seen, in the film's pixels; it never reaches beyond the film."""
    rows, columns = shape
    across, down = scale(view, shape, canvas)
    width, height = min(columns, canvas.columns / across), min(rows, canvas.rows / down)
    left = _between(0.0, view.x * columns - width / 2, columns - width)
    top = _between(0.0, view.y * rows - height / 2, rows - height)
    return left, top, left + width, top + height


def _between(least: float, value: float, most: float) -> float:
    return max(least, min(value, most))
