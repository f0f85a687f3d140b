"""Several questions in one field, one after the other.

With a field for each, keys that come faster than the focus moves land in the field before: half a PIN would
stand in the field of the name, for all to read. Here nothing has to move but what the field asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked; the answer to a ``secret`` one is never shown."""

    words: str
    secret: bool = False


class Questions(Input):
    """Asks until all are answered; `ask_again` goes back to one of them."""

    @dataclass
    class Asked(Message):
        """The field asks this now."""

        question: Question

    @dataclass
    class Answered(Message):
        """All are answered, in their order."""

        answers: tuple[str, ...]

    def __init__(self, questions: Sequence[Question], suggester: Suggester) -> None:
        super().__init__()
        self._questions, self._names = questions, suggester
        self._answers: list[str] = []

    def on_mount(self) -> None:
        self._ask()
        self.focus()

    def ask_again(self, name: bool) -> None:
        """Ask what is secret again, and before it the name, if that was what could not be used."""
        kept = [] if name else [
            answer for question, answer in zip(self._questions, self._answers, strict=True)
            if not question.secret
        ]  # fmt: skip
        self._answers = kept
        self._ask()

    async def _on_key(self, event: events.Key) -> None:
        """Take the enter here: as a binding it would come after the keys that follow it."""
        if event.key == "enter":
            event.stop()
            event.prevent_default()
            self._answer()

    def _answer(self) -> None:
        if len(self._answers) == len(self._questions):  # enter again, before the last answer was looked at
            return
        self._answers.append(self.value)
        if len(self._answers) < len(self._questions):
            self._ask()
        else:
            self.post_message(self.Answered(tuple(self._answers)))

    def _ask(self) -> None:
        question = self._questions[len(self._answers)]
        self.password = question.secret
        self.suggester = None if question.secret else self._names
        self.clear()
        self.post_message(self.Asked(question))
