"""What is asked before the screen goes on: who reads, and words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Input, Label

from lightbox_edge import LightboxError, Review
from lightbox_edge.languages import ENGLISH, Language
from lightbox_tui.key_line import KeyLine
from lightbox_tui.questions import Question, Questions


class Dialog(ModalScreen[str | None]):
    """Some words and a field; Esc leaves it without an answer."""

    DEFAULT_CSS = """
    Dialog { align: center middle; }
    Dialog > Vertical { width: 66; max-width: 100%; height: auto; border: solid $primary; padding: 0 1; }
    Dialog Label { width: 100%; }
    Dialog #said { color: $text-error; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss(None)", "Leave")]

    def __init__(self, say: Language = ENGLISH) -> None:
        super().__init__()
        self._say = say


class SignIn(Dialog):
    """Asks for a name and a PIN; where the worklist has no reader yet, makes the first one."""

    def __init__(self, review: Review, say: Language = ENGLISH) -> None:
        super().__init__(say)
        self._review = review
        self._names = review.readers.names()

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Label(self._who(), markup=False)
            yield Label(self._say("Esc: only look."))
            yield Label("", id="question", markup=False)
            yield Questions(self._questions(), suggester=SuggestFromList(self._names, case_sensitive=False))
            yield Label("", id="said", markup=False)
        yield KeyLine(self._say)

    def on_questions_asked(self, event: Questions.Asked) -> None:
        self.query_one("#question", Label).update(event.question.words)

    def on_questions_answered(self, event: Questions.Answered) -> None:
        name, pin, *again = event.answers if len(self._names) != 1 else (self._names[0], *event.answers)
        try:
            if again and again != [pin]:
                raise LightboxError("The two PINs differ: type them again.")
            if again:
                self._review.readers.add(name, pin)
            self._review.sign_in(name, pin)
        except LightboxError as error:
            self.query_one("#said", Label).update(self._say.error(error))
            self.query_one(Questions).ask_again(name=not self._is_name(name))
        else:
            self.dismiss(self._review.reader)

    def _is_name(self, name: str) -> bool:
        """Whether it is a reader's; anybody's, where there is none yet."""
        names = {one.casefold() for one in self._names}
        return name.strip().casefold() in names if names else bool(name.strip())

    def _who(self) -> str:
        if self._names:
            return self._say("Sign in to decide. Readers: {names}.", names=", ".join(self._names))
        return self._say("Nobody reads this worklist yet. Be its first reader: your name, and a new PIN.")

    def _questions(self) -> list[Question]:
        say = self._say
        match self._names:
            case ():
                again = Question(say("The same PIN again:"), secret=True)
                return [Question(say("Name:")), Question(say("New PIN:"), secret=True), again]
            case (only,):
                return [Question(say("PIN of {reader}:", reader=only), secret=True)]
            case _:
                return [Question(say("Name:")), Question(say("PIN:"), secret=True)]


class Words(Dialog):
    """Asks for one line of words, which may be empty.

    Findings that the machine knows are offered in the reader's language and answered by their English names,
    for what is recorded must mean the same to everybody.
    """

    def __init__(
        self, question: str, known: Sequence[str] = (), given: str = "", say: Language = ENGLISH
    ) -> None:
        super().__init__(say)
        self._question, self._given = question, given
        self._known = {say(name): name for name in known}

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Label(self._question, markup=False)
            if self._known:
                told = self._say("The machine looks for: {findings}.", findings=", ".join(self._known))
                yield Label(told, markup=False)
            suggester = SuggestFromList(list(self._known), case_sensitive=False)
            yield Input(self._given, max_length=500, suggester=suggester)
        yield KeyLine(self._say)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(self._in_english(event.value) if self._known else event.value)

    def _in_english(self, words: str) -> str:
        known = {shown.casefold(): name for shown, name in self._known.items()}
        return ", ".join(known.get(one.strip().casefold(), one.strip()) for one in words.split(","))
