"""Help from the bindings of the open screen; a tour that comes once and never fails."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Static

from lightbox_edge.languages import ENGLISH
from lightbox_tui.frame import Frame
from lightbox_tui.help import Help
from lightbox_tui.key_line import KeyLine
from lightbox_tui.tour import Tour, is_first_start
from tests.tui.conftest import screen_text


class Picture(Screen[None]):
    """A screen as others make them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus", "zoom(1)", "Larger", group=Binding.Group("Picture")),
        Binding("minus", "zoom(-1)", "Smaller", show=False, group=Binding.Group("Picture")),
        Binding("j,down", "pan", "Pan down"),
        Binding("z", "gone", "Not now"),
    ]

    def compose(self) -> ComposeResult:
        yield Static("a film")
        yield KeyLine(ENGLISH)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "gone"


async def test_help_lists_the_keys_of_the_open_screen_by_group() -> None:
    app = Frame("second", ENGLISH, "dark", tour=False)
    async with app.run_test(size=(80, 40)) as pilot:
        await app.push_screen(Picture())
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(app.screen, Help)
        lines = [line.strip(" │") for line in screen_text(app).splitlines()]
        picture, keys = lines.index("Picture"), lines.index("Keys")
        assert lines[picture + 1 : picture + 3] == ["+  Larger", "-  Smaller"]
        assert lines[keys + 1 : keys + 3] == ["j ↓  Pan down", "?  Help"]
        assert not any("Not now" in line or "Focus" in line for line in lines)
        assert "Reading mode: second" in lines
        await pilot.press("question_mark")
        assert isinstance(app.screen, Picture)


async def test_a_key_line_takes_as_many_lines_as_its_keys_need() -> None:
    app = Frame("ai-first", ENGLISH, "dark", tour=False)
    async with app.run_test(size=(20, 12)) as pilot:
        await app.push_screen(Picture())
        await pilot.pause()
        assert screen_text(app).splitlines()[-2:] == ["+ Larger  j Pan down", "? Help"]
        await pilot.resize_terminal(10, 12)
        await pilot.pause()
        assert screen_text(app).splitlines()[-3:] == ["+ Larger", "j Pan down", "? Help"]
        await pilot.click(KeyLine, offset=(1, 2))
        await pilot.pause()
        assert isinstance(app.screen, Help)


@pytest.mark.parametrize("key", ["enter", "escape"])
async def test_the_tour_comes_first_and_either_key_leaves_it(key: str) -> None:
    app = Frame("ai-first", ENGLISH, "dark", tour=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert isinstance(app.screen, Tour)
        await pilot.press(key)
        await pilot.pause()
        assert not isinstance(app.screen, Tour)


def test_the_first_start_is_the_first_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIGHTBOX_CACHE", str(tmp_path))
    assert [is_first_start(), is_first_start()] == [True, False]


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LIGHTBOX_CACHE", str(tmp_path / "file"))
    assert is_first_start() is False
