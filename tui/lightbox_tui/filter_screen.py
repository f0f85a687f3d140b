"""What to show of the worklist, asked by keys alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, get_args

import msgspec
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Label

from lightbox_edge.browsing import Filter
from lightbox_edge.decisions.standing import State
from lightbox_edge.input_checks.reason import Code
from lightbox_edge.languages import Language
from lightbox_edge.worklist import TRIAGES
from lightbox_tui.key_line import KeyLine


class Choice(Widget, can_focus=True):
    """One of a few values, or none of them, by the arrows to the left and right."""

    DEFAULT_CSS = """
    Choice { height: 1; width: 1fr; }
    Choice:focus { background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", "Before"),
        Binding("right,space", "step(1)", "Next"),
    ]
    chosen = reactive(0)

    def __init__(self, values: Sequence[str], value: str, say: Language, *, id: str) -> None:  # noqa: A002  # Textual's
        super().__init__(id=id)
        self._values, self._say = ("", *values), say
        self.set_reactive(Choice.chosen, self._values.index(value) if value in self._values else 0)

    @property
    def value(self) -> str:
        """Empty for none."""
        return self._values[self.chosen]

    def action_step(self, by: int) -> None:
        self.chosen = (self.chosen + by) % len(self._values)

    def render(self) -> Content:
        return Content(f"< {self._say(self.value) if self.value else self._say('any')} >")


class FilterScreen(ModalScreen[Filter]):
    """Asks for a filter; enter takes it, escape takes none.

    Args:
        shown: the filter that holds now.
        findings: the names to choose from.
        readers: likewise.
        blind: whether films may be listed on which the machine's view is hidden.
        say: speaks the reader's language.
    """

    DEFAULT_CSS = """
    FilterScreen { align: center middle; }
    FilterScreen > Vertical {
        width: 66; max-width: 100%; height: auto; border: solid $primary; padding: 0 1;
    }
    FilterScreen Horizontal { height: 1; }
    FilterScreen Horizontal Label { width: 18; }
    FilterScreen Input { width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "Show"),
        Binding("escape", "clear", "All films"),
        Binding("down", "app.focus_next", "Next line", show=False),
        Binding("up", "app.focus_previous", "Line before", show=False),
    ]

    def __init__(
        self, shown: Filter, findings: Sequence[str], readers: Sequence[str], *, blind: bool, say: Language
    ) -> None:
        super().__init__()
        self._shown, self._findings, self._readers = shown, findings, readers
        self._blind, self._say = blind, say

    def compose(self) -> ComposeResult:
        shown, say = self._shown, self._say
        with Vertical():
            yield Label(say("Which films to show. Up and down choose a line, left and right its value."))
            yield from self._choice(say("triage"), "triage", TRIAGES, shown.triage or "")
            yield from self._choice(say("flagged for"), "finding", self._findings, shown.finding)
            yield from self._choice(say("decision"), "state", get_args(State), shown.state or "")
            yield from self._choice(say("reader"), "reader", self._readers, shown.reader)
            yield from self._choice(say("reason"), "reason", get_args(Code), shown.reason)
            yield from self._words(say("patient has"), "patient", shown.patient)
            yield from self._words(say("path has"), "text", shown.text)
            if self._blind:
                yield Label(say("Triage, finding and reason find only films on which you have decided."))
        yield KeyLine(say)

    def on_input_submitted(self) -> None:
        """The enter in a field; as a binding before all it would overtake the keys before it."""
        self.action_take()

    def action_take(self) -> None:
        told = {str(one.id): one.value for one in self.query(Choice)}
        told |= {str(one.id): one.value.strip() for one in self.query(Input)}
        self.dismiss(msgspec.convert({name: value for name, value in told.items() if value}, Filter))

    def action_clear(self) -> None:
        self.dismiss(Filter())

    def _choice(self, label: str, name: str, values: Sequence[str], value: str) -> ComposeResult:
        with Horizontal():
            yield Label(label, markup=False)
            yield Choice(values, value, self._say, id=name)

    def _words(self, label: str, name: str, value: str) -> ComposeResult:
        with Horizontal():
            yield Label(label, markup=False)
            yield Input(value, id=name, compact=True, max_length=200)
