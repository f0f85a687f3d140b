"""What is asked before the screen goes on: who reads, and words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Footer, Input, Label

from lightbox_edge import LightboxError, Review
from lightbox_edge.languages import ENGLISH, Language


class Dialog(ModalScreen[str | None]):
    """Some words and some fields; Esc leaves it without an answer."""

    DEFAULT_CSS = """
    Dialog { align: center middle; }
    Dialog > Vertical { width: 66; max-width: 100%; height: auto; border: solid $primary; padding: 0 1; }
    Dialog Label { width: 100%; }
    Dialog #said { color: $text-error; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss(None)", "Leave")]

    def say(self, text: str) -> None:
        """Show one line under the fields."""
        self.query_one("#said", Label).update(text)


class SignIn(Dialog):
    """Asks for a name and a PIN; where the worklist has no reader yet, makes the first one."""

    def __init__(self, review: Review, say: Language = ENGLISH) -> None:
        super().__init__()
        self._review = review
        self._names = review.readers.names()
        self._only = self._names[0] if len(self._names) == 1 else ""

    def compose(self) -> ComposeResult:
        with Vertical():
            if self._names:
                yield Label(f"Sign in to decide. Readers: {', '.join(self._names)}.", markup=False)
            else:
                yield Label("Nobody reads this worklist yet. Be its first reader: your name, and a new PIN.")
            yield Label("Esc: only look.")
            yield Input(
                self._only,
                placeholder="name",
                id="name",
                suggester=SuggestFromList(self._names, case_sensitive=False),
            )
            yield Input(placeholder="PIN", id="pin", password=True)
            if not self._names:
                yield Input(placeholder="the same PIN again", id="again", password=True)
            yield Label("", id="said", markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one("#pin" if self._only else "#name").focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        fields = list(self.query(Input))
        following = fields[fields.index(event.input) + 1 :]
        if following:
            following[0].focus()
        else:
            self._sign_in(*(field.value for field in fields))

    def _sign_in(self, name: str, pin: str, *again: str) -> None:
        try:
            if again and again != (pin,):
                raise LightboxError("The two PINs differ: type them again.")
            if again:
                self._review.readers.add(name, pin)
            self._review.sign_in(name, pin)
        except LightboxError as error:
            self.say(str(error))
            self._begin_again()
        else:
            self.dismiss(self._review.reader)

    def _begin_again(self) -> None:
        for field in self.query("#pin, #again").results(Input):
            field.clear()
        self.query_one("#pin").focus()


class Words(Dialog):
    """Asks for one line of words, which may be empty."""

    def __init__(
        self, question: str, known: Sequence[str] = (), given: str = "", say: Language = ENGLISH
    ) -> None:
        super().__init__()
        self._question, self._known, self._given = question, known, given

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Label(self._question, markup=False)
            if self._known:
                yield Label(f"The machine looks for: {', '.join(self._known)}.", markup=False)
            suggester = SuggestFromList(self._known, case_sensitive=False)
            yield Input(self._given, max_length=500, suggester=suggester)
        yield Footer(show_command_palette=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value)
