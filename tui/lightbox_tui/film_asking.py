"""What is asked about a film from its own screen: words, and the films that are like it."""

from __future__ import annotations

from dataclasses import dataclass

from lightbox_edge.asking import Asker, SimilarFilms
from lightbox_edge.decisions import ReviewRow
from lightbox_edge.languages import Language
from lightbox_tui.asking import AskScreen
from lightbox_tui.similar import SimilarScreen


@dataclass(frozen=True, slots=True)
class Asking:
    """Who answers, for all films of a worklist."""

    asker: Asker
    similar: SimilarFilms

    def words_of(self, row: ReviewRow, say: Language) -> AskScreen:
        """The screen that asks words of a film."""
        return AskScreen(self.asker, row, say)

    def films_like(self, row: ReviewRow, say: Language) -> SimilarScreen:
        """The screen of the films that are most like it; it is left with the one that was chosen."""
        return SimilarScreen(self.similar, row, say)
