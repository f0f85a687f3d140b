"""Deciding by keys on a screen that shows one film at a time."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual.binding import BindingType
from textual.screen import Screen

from lightbox_edge import LightboxError, Review
from lightbox_edge.decisions import Answer, ReviewRow
from lightbox_edge.languages import Language
from lightbox_tui.dialogs import SignIn, Words


class DecidingScreen(Screen[int]):
    """What a key decides is on the disk before it is shown; what cannot be recorded is told in one line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("i", "sign_in", "Sign in"),
        ("a", "answer('agree')", "Agree"),
        ("d", "answer('disagree')", "Disagree"),
        ("x", "answer('nothing seen')", "Nothing"),
        ("s", "answer('something seen')", "Seen"),
        ("r", "answer('refer')", "Refer"),
        ("p", "answer('repeat')", "Repeat"),
        ("c", "answer('cannot tell')", "Cannot tell"),
        ("u", "undo", "Undo"),
        ("n", "note", "Note"),
    ]

    def __init__(self, review: Review, say: Language) -> None:
        super().__init__()
        self._review, self._say = review, say

    @property
    @abstractmethod
    def row(self) -> ReviewRow:
        """The film that is shown."""

    @abstractmethod
    def decided(self, answered: bool) -> None:
        """Show what stands now; ``answered`` says that this reader has just answered."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only the keys that lead somewhere are shown: see `Review.answers`."""
        if action == "sign_in":
            return self._review.reader is None
        if action in ("undo", "note"):
            return self._review.reader is not None
        if action == "answer":
            return parameters[0] in self._review.answers(self.row)
        return True

    def action_sign_in(self) -> None:
        self.app.push_screen(SignIn(self._review, self._say), lambda _: self.decided(False))

    def action_answer(self, answer: Answer) -> None:
        row = self.row
        question = self._question(answer)
        if not question:
            self._do(partial(self._review.decide, row, answer), True)
            return

        def said(words: str | None) -> None:
            if words is not None:
                self._do(partial(self._review.decide, row, answer, words.split(",")), True)

        self.app.push_screen(Words(question, row.judge.findings, say=self._say), said)

    def action_note(self) -> None:
        row = self.row

        def said(words: str | None) -> None:
            if words is not None:
                self._do(partial(self._review.annotate, row, words), False)

        question = self._say("A note to your decision on this film:")
        self.app.push_screen(Words(question, given=self._review.note(row), say=self._say), said)

    def action_undo(self) -> None:
        self._do(partial(self._review.undo, self.row), False)

    def _question(self, answer: Answer) -> str:
        """What is asked before an answer is recorded; empty where nothing is."""
        if answer == "disagree":
            return self._say(
                "What do you see instead? Commas between findings; leave it empty if there is nothing."
            )
        if answer == "something seen":
            return self._say(
                "What do you see? Commas between findings; leave it empty if you cannot name it."
            )
        return ""

    def _do(self, act: Callable[[], None], answered: bool) -> None:
        try:
            act()
        except LightboxError as error:
            told, title = self._say.error(error), self._say("Not recorded")
            self.notify(told, title=title, severity="error", timeout=10, markup=False)
            answered = False
        self.decided(answered)
