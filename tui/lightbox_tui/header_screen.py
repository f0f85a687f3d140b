"""A film's DICOM header in lines that scroll: plain text, and nothing that fills pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from lightbox_edge.languages import ENGLISH, Language
from lightbox_edge.reading.dicom_header import HeaderLine
from lightbox_tui.key_line import KeyLine


class HeaderScreen(ModalScreen[None]):
    """Shows header lines; t, q and escape leave."""

    DEFAULT_CSS = """
    HeaderScreen > VerticalScroll { border: solid $primary; padding: 0 1; background: $surface; }
    HeaderScreen Static { width: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [("escape,q,t", "dismiss(None)", "Back")]

    def __init__(self, path: str, lines: Sequence[HeaderLine], say: Language = ENGLISH) -> None:
        super().__init__()
        self._path, self._lines, self._say = path, lines, say

    def compose(self) -> ComposeResult:
        words = "\n".join(
            f"{'  ' * one.depth}{one.tag} {one.name:<32} {one.value}".rstrip() for one in self._lines
        )
        with VerticalScroll() as lines:
            lines.border_title = self._say("DICOM header of {path}", path=self._path).replace("[", "\\[")
            yield Static(words, markup=False)
        yield KeyLine(self._say)
