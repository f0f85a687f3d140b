"""What is what, on one screen, the first time; that it was shown is kept where caches are, if it can be."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from lightbox_edge.caches import cache_folder
from lightbox_edge.languages import Language
from lightbox_tui.key_line import KeyLine

_SHOWN = "tour-was-shown"


class Tour(ModalScreen[None]):
    """Six lines to begin with."""

    DEFAULT_CSS = """
    Tour { align: center middle; }
    Tour > Vertical {
        width: 76; max-width: 100%; height: auto; max-height: 100%;
        border: solid $primary; background: $surface; padding: 0 1;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [("enter,escape", "dismiss", "Begin")]

    def __init__(self, say: Language) -> None:
        super().__init__()
        self._say = say

    def compose(self) -> ComposeResult:
        say = self._say
        lines = (
            say("Welcome to Lightbox. The machine sorts the films; you decide on each."),
            say("The films that need you most stand first. Up and down go through them, enter opens one."),
            say("The letters in the last line decide: a agrees with the machine, d disagrees, r refers."),
            say("What you decide is kept at once and nothing is ever overwritten; u takes it back."),
            say("What the machine says is no diagnosis, and a picture in a terminal is none to diagnose by."),
            say("? explains all keys, marks and colours, at any time."),
        )
        with Vertical():
            yield Static("\n\n".join(lines), markup=False)
        yield KeyLine(say)


def is_first_start() -> bool:
    """Whether the tour was never shown here; from now on it was, where that can be written down."""
    shown = cache_folder("review") / _SHOWN
    try:
        with shown.open("x"):
            return True
    except OSError:  # it is there, or there is no place to keep it: no tour is better than one every time
        return False
