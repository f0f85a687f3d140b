"""Words asked of one film: what the bundle says of them, and where on the film they fit best."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, VerticalScroll
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Label, Static
from textual.worker import Worker, WorkerState

from lightbox_edge import LightboxError
from lightbox_edge.asking import Asker, CoarseMap, Reply
from lightbox_edge.asking.picture import picture_of
from lightbox_edge.asking.wording import english_only, in_words, warning
from lightbox_edge.decisions import ReviewRow
from lightbox_edge.languages import ENGLISH, Language
from lightbox_tui.key_line import KeyLine
from lightbox_tui.map_of_signs import drawn

Picture = Callable[[object], Widget]


@dataclass(frozen=True, slots=True)
class _Shown:
    """A reply with all that takes time to make of it."""

    reply: Reply
    coarse: CoarseMap
    picture: object | None


class AskScreen(Screen[None]):
    """Asks a film for words; Esc leaves it, also while an answer is on its way.

    Args:
        asker: answers, in a thread of its own.
        row: the film.
        say: the reader's language.
        picture: makes a widget of a picture (of Pillow) of the answer; without it a map of signs is shown.
    """

    DEFAULT_CSS = """
    AskScreen Horizontal { height: 1fr; }
    AskScreen #film { width: 100%; background: $panel; padding: 0 1; }
    AskScreen #film { text-wrap: nowrap; text-overflow: ellipsis; }
    AskScreen #answer { width: 1fr; padding: 0 1; }
    AskScreen #where { width: 1fr; height: 100%; align: center top; }
    AskScreen #map { width: auto; }
    AskScreen Input { background: $panel; margin: 1 1 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "dismiss(None)", "Leave"),
        # With priority, for the field would scroll by them, which has but one line.
        Binding("up", "asked(-1)", "Asked before", priority=True),
        Binding("down", "asked(1)", "Asked after", priority=True),
        Binding("pageup", "turn(-1)", "Page up", priority=True),
        Binding("pagedown", "turn(1)", "Page down", priority=True),
    ]

    def __init__(
        self, asker: Asker, row: ReviewRow, say: Language = ENGLISH, *, picture: Picture | None = None
    ) -> None:
        super().__init__()
        self._asker, self._row, self._say, self._picture = asker, row, say, picture
        self._place = 0  # in the words that were asked, from the last one back

    def compose(self) -> ComposeResult:
        say = self._say
        yield Label(self._row.result.path, id="film", markup=False)
        with Horizontal():
            with VerticalScroll(id="answer", can_focus=False):
                yield Static(self._beginning(), id="told", markup=False)
            with Container(id="where"):
                yield Static("", id="map", markup=False)
        yield Input(
            placeholder=say("In English, for example: rib fracture on the left"), max_length=200, compact=True
        )
        yield KeyLine(self._say)

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self._place = 0
        event.input.clear()
        self.query_one("#told", Static).update(self._say("Looking ..."))
        space = self.query_one("#where").size
        work = partial(self._ask, event.value, max(1, space.height - 1), max(1, space.width))
        self.run_worker(work, thread=True, exclusive=True, exit_on_error=False)

    async def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        worker: Worker[_Shown] = event.worker
        if event.state == WorkerState.SUCCESS and worker.result is not None:
            await self._show(worker.result)
        elif event.state == WorkerState.ERROR and worker.error is not None:
            if not isinstance(worker.error, LightboxError):
                raise worker.error
            self._tell(self._say.error(worker.error))

    def action_asked(self, step: int) -> None:
        """Put words into the field that were asked before, the latest first."""
        asked = self._asker.asked
        self._place = max(-len(asked), min(0, self._place + step))
        field = self.query_one(Input)
        field.value = asked[self._place] if self._place else ""
        field.action_end()

    def action_turn(self, pages: int) -> None:
        answer = self.query_one("#answer", VerticalScroll)
        (answer.scroll_page_down if pages > 0 else answer.scroll_page_up)(animate=False)

    def _ask(self, words: str, rows: int, columns: int) -> _Shown:
        """All of it that takes time, in a thread."""
        reply = self._asker.ask(self._row, words)
        picture = picture_of(reply) if self._picture else None
        return _Shown(reply, reply.coarse_map(rows, columns), picture)

    async def _show(self, shown: _Shown) -> None:
        where = self.query_one("#where", Container)
        if self._picture is None:
            told = drawn(shown.coarse)
            told.append("\n" + self._say("X best, @ more, . less; bold: lungs"))
            self.query_one("#map", Static).update(told)
        else:
            await where.remove_children()
            await where.mount(self._picture(shown.picture))
        self._tell("\n\n".join([f'"{shown.reply.words}"', *in_words(shown.reply, self._say)]))

    def _tell(self, words: str) -> None:
        self.query_one("#told", Static).update(words)

    def _beginning(self) -> str:
        say = self._say
        return "\n\n".join(
            [say("Type what you look for on this film, then Enter."), english_only(say), warning(say)]
        )
