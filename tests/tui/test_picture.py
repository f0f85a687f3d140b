"""A film in characters and by textual-image: the colours that are drawn are those of the picture."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from PIL import Image
from textual.app import App, ComposeResult

from lightbox_edge.viewing import Canvas
from lightbox_tui.picture import FilmPicture, Picture
from lightbox_tui.terminal import PictureKind, Terminal

SIZE = (30, 12)


def drawn(canvas: Canvas) -> Picture:
    """A ramp from black to white with a coloured column."""
    gray = np.linspace(0, 255, canvas.rows * canvas.columns).reshape(canvas.rows, canvas.columns)
    pixels = np.repeat(gray.astype(np.uint8)[..., np.newaxis], 3, axis=2)
    pixels[:, 3] = (86, 180, 233)
    return Image.fromarray(pixels)


class Shown(App[None]):
    CSS = "Screen { layout: vertical; }"

    def __init__(self, kind: PictureKind) -> None:
        super().__init__()
        self.picture = FilmPicture(Terminal(kind, (9, 18)))

    def compose(self) -> ComposeResult:
        yield self.picture

    def screen_lines(self) -> list[str]:
        strips = self.screen._compositor.render_strips()
        return ["".join(segment.text for segment in line) for line in strips]


async def test_half_cells_have_two_pixels_each() -> None:
    app = Shown("halfcell")
    async with app.run_test(size=SIZE) as pilot:
        app.picture.show(drawn)
        await pilot.pause()
        assert app.picture.canvas == Canvas(30, 24, 1.0)
        expected = np.asarray(drawn(app.picture.canvas))
        for y in range(12):
            for x, segment in enumerate(app.picture.render_line(y)):
                assert segment.style is not None
                assert segment.text == "▀"
                colours = [segment.style.color, segment.style.bgcolor]
                triplets = [tuple(one.triplet or ()) for one in colours if one]
                assert triplets == [tuple(expected[2 * y, x]), tuple(expected[2 * y + 1, x])]


async def test_letters_grow_denser_and_marks_stand_out() -> None:
    app = Shown("ascii")
    async with app.run_test(size=SIZE) as pilot:
        app.picture.show(drawn)
        await pilot.pause()
        assert app.picture.canvas == Canvas(30, 12, 0.5)
        lines = app.screen_lines()
        assert lines[0].startswith("   o ")
        assert lines[-1].endswith("@@@@")
        assert all(line[3] == "o" for line in lines)
        assert all(ord(sign) < 128 for line in lines for sign in line)


@pytest.mark.parametrize("kind", ["sixel", "kitty"])
async def test_pixels_are_left_to_textual_image_which_asks_nothing(
    kind: PictureKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would read the keyboard's stream: with that gone, any question would fail."""
    for name in [one for one in sys.modules if one.startswith("textual_image")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "__stdin__", None)
    app = Shown(kind)
    async with app.run_test(size=SIZE) as pilot:
        app.picture.show(drawn)
        await pilot.pause()
        assert app.picture.canvas == Canvas(270, 216, 1.0)
        shown = app.picture.children[-1]
        assert shown.display
        assert shown.image.size == (270, 216)  # type: ignore[attr-defined]
        app.picture.tell("There is no film.")
        await pilot.pause()
        assert not shown.display


@pytest.mark.parametrize("kind", ["halfcell", "ascii", "sixel", "kitty", "none"])
async def test_a_sentence_stands_in_the_pictures_place(kind: PictureKind) -> None:
    app = Shown(kind)
    async with app.run_test(size=SIZE) as pilot:
        app.picture.show(drawn)
        app.picture.tell("It is cut [off].")
        await pilot.pause()
        assert "It is cut [off]." in "\n".join(app.screen_lines())


async def test_another_size_is_drawn_anew() -> None:
    app = Shown("halfcell")
    async with app.run_test(size=SIZE) as pilot:
        app.picture.show(drawn)
        await pilot.resize_terminal(20, 6)
        await pilot.pause()
        assert app.picture.canvas == Canvas(20, 12, 1.0)
        assert app.picture.render_line(5).cell_length == 20
