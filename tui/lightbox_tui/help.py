"""All keys of the open screen in groups, what marks and colours mean, what the mode hides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

from lightbox_edge.decisions import Mode
from lightbox_edge.languages import Language
from lightbox_edge.results import Triage
from lightbox_tui.key_line import KeyLine
from lightbox_tui.marks import coloured, hidden

_TEXTUALS = {(one.key, one.action) for one in Binding.make_bindings([*App.BINDINGS, *Screen.BINDINGS])}


class Help(ModalScreen[None]):
    """Explains a screen from its own bindings, so that nothing here can be out of date.

    A binding's group stands above its keys; those without one are the screen's, or a widget's to move in it.
    """

    DEFAULT_CSS = """
    Help { align: center middle; }
    Help > VerticalScroll {
        width: 78; max-width: 100%; height: auto; max-height: 100%;
        border: solid $primary; background: $surface; padding: 0 1;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [("escape,question_mark,q", "dismiss", "Leave")]

    def __init__(self, explained: Screen[object], mode: Mode, say: Language) -> None:
        super().__init__()
        self._bindings_of = tuple(explained.active_bindings.values())
        self._mode, self._say = mode, say

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Static(Content("\n").join([*self._keys(), *self._marks(), *self._of_the_mode()]))
        yield KeyLine(self._say)

    def _keys(self) -> Iterator[Content]:
        for group, words in self._groups().items():
            widest = max(map(cell_len, words.values()))
            yield Content.styled(group, "bold $primary")
            for text, keys in words.items():
                yield Content.assemble(" " * (widest - cell_len(keys) + 1), (keys, "bold"), f"  {text}")
            yield Content()

    def _groups(self) -> Mapping[str, Mapping[str, str]]:
        """Keys by what they do, by group; several keys that do the same stand together."""
        groups: dict[str, dict[str, str]] = {}
        for active in sorted(self._bindings_of, key=_is_widgets):
            binding = active.binding
            if (binding.key, binding.action) in _TEXTUALS or not binding.description:
                continue
            words = groups.setdefault(self._group(active), {})
            text, key = self._say(binding.description), self.app.get_key_display(binding)
            words[text] = f"{words[text]} {key}" if text in words else key
        return groups

    def _group(self, active: ActiveBinding) -> str:
        if active.binding.group:
            return self._say(active.binding.group.description)
        return self._say("To move about") if _is_widgets(active) else self._say("Keys")

    def _marks(self) -> Iterator[Content]:
        say = self._say
        meanings: Mapping[Triage, str] = {
            "flagged": say("a finding is over its threshold: look at it first"),
            "uncertain": say("a finding is close to its threshold"),
            "not flagged": say("no finding is near its threshold; this is no proof of health"),
            "not judged": say("the machine does not judge it: its reason is given"),
        }
        yield Content.styled(say("Marks"), "bold $primary")
        for triage, meaning in meanings.items():
            mark = Content.from_rich_text(coloured(triage, say, self.app.theme_variables))
            yield Content.assemble(" ", mark, f"  {meaning}")
        yield Content(f" {hidden(say)}  {say('what the machine says is shown once you have decided')}")
        yield Content()

    def _of_the_mode(self) -> Iterator[Content]:
        say = self._say
        told: Mapping[Mode, str] = {
            "ai-first": say("You see what the machine says, and what others decided, before you decide."),
            "blind-first": say(
                "What the machine says, and what others decided, is hidden until you have decided. "
                "Films stand in the order of their paths."
            ),
            "second": say("You are the second reader: what the first one decided is hidden until you have."),
            "arbitrate": say("Two readers differ on each of these films: your decision is what stands."),
        }
        yield Content.styled(say("Reading mode: {mode}", mode=say(self._mode)), "bold $primary")
        yield Content(f" {told[self._mode]}")
        yield Content(f" {say('A decision is on the disk as soon as the screen shows it.')}")


def _is_widgets(active: ActiveBinding) -> bool:
    """Whether it is a widget's inside the screen, and not the screen's or the app's."""
    return isinstance(active.node, Widget) and not isinstance(active.node, Screen)
