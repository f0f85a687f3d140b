"""What every program of screens here has: a language, a look, help on ``?``, a tour at its first start."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from textual.app import App
from textual.binding import Binding
from textual.filter import LineFilter

from lightbox_edge.decisions import Mode
from lightbox_edge.languages import Language
from lightbox_tui.crashing import traceback_without_values
from lightbox_tui.hangup import terminal_is_gone
from lightbox_tui.help import Help
from lightbox_tui.plain_signs import PlainSigns
from lightbox_tui.themes import THEMES, Look
from lightbox_tui.tour import Tour

_LOOKS = 2.0  # seconds between looks whether the terminal is there


class Frame(App[None]):
    """The part of an app that its screens do not care about.

    Args:
        mode: the reading mode, which the help explains.
        say: the language of everything on the screen.
        look: one of `themes.LOOKS`.
        tour: whether to show what is what before anything else.
    """

    TITLE = "Lightbox"
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, mode: Mode, say: Language, look: Look, *, tour: bool) -> None:
        self._plain = PlainSigns(sys.__stderr__.encoding) if look == "ascii" and sys.__stderr__ else None
        super().__init__()
        self._mode, self._say, self._tour = mode, say, tour
        for theme in THEMES.values():
            self.register_theme(theme)
        self.theme = THEMES[look].name
        self.bind("question_mark", "explain_keys", description="Help")  # the last of all

    def get_line_filters(self) -> Sequence[LineFilter]:
        filters = super().get_line_filters()
        return [*filters, self._plain] if self._plain else filters

    def get_key_display(self, binding: Binding) -> str:
        display = super().get_key_display(binding)
        return display if display.isascii() or not self._plain else binding.key

    def on_ready(self) -> None:
        """The first screen stands, and what it asks at once: the tour comes on top."""
        if self._tour:
            self.push_screen(Tour(self._say))
        if not self.is_headless:
            self.set_interval(_LOOKS, self._end_without_terminal)

    def _fatal_error(self) -> None:
        """As Textual's own, without the variables in the traceback; it offers no other way to have that."""
        self._exit_renderables.append(traceback_without_values(self.console))
        self._close_messages_no_wait()

    def _end_without_terminal(self) -> None:
        if terminal_is_gone():
            self.exit()

    def action_explain_keys(self) -> None:
        """All keys of the screen that is open."""
        self.push_screen(Help(self.screen, self._mode, self._say))
