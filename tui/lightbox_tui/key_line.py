"""The keys of the open screen and what they do, in the reader's language, on as many lines as they need."""

from __future__ import annotations

from collections.abc import Iterator

from textual.binding import ActiveBinding
from textual.content import Content
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget

from lightbox_edge.languages import ENGLISH, Language

_GAP = 2


class KeyLine(Widget):
    """Like Textual's footer, which has one line and cuts what does not fit; a click presses the key.

    It has two lines at least, so that a dialog's covers that of the screen below.
    """

    DEFAULT_CSS = """
    KeyLine {
        dock: bottom; height: auto; min-height: 2;
        color: $footer-foreground; background: $footer-background;
    }
    """
    ALLOW_SELECT = False

    def __init__(self, say: Language = ENGLISH) -> None:
        super().__init__()
        self._say = say
        self._keys: list[Content] = []

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._show)

    def _show(self, _: Screen[object]) -> None:
        keys = [self._key(one) for one in self._shown()]
        if keys != self._keys:  # most moves of a cursor change nothing here
            self._keys = keys
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(list(self._lines(width)))

    def render(self) -> Content:
        return Content("\n").join(self._lines(self.size.width))

    def _lines(self, width: int) -> Iterator[Content]:
        """The keys, as many on a line as fit; none is parted from its words."""
        line = Content()
        for key in self._keys:
            longer = line + " " * _GAP + key if line else key
            if line and longer.cell_length > width:
                yield line
                longer = key
            line = longer
        yield line

    def _shown(self) -> Iterator[ActiveBinding]:
        actions = set()
        for active in self.screen.active_bindings.values():
            if active.binding.show and active.binding.action not in actions:
                actions.add(active.binding.action)
                yield active

    def _key(self, active: ActiveBinding) -> Content:
        binding = active.binding
        return Content.from_markup(
            f"[@click=\"app.simulate_key('{binding.key}')\"][bold $footer-key-foreground]$key[/] $words[/]",
            key=self.app.get_key_display(binding),
            words=self._say(binding.description),
        )
