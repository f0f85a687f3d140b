"""The table of films: a row for each row of the worklist that the reading mode offers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from rich.text import Text
from textual.widgets import DataTable

from lightbox_edge import Review
from lightbox_edge.decisions import ReviewRow
from lightbox_edge.languages import ENGLISH, Language
from lightbox_tui.explaining import cells, common_folder

_WIDTHS = {"triage": 13, "decision": 11, "highest": 24}  # of cells that change: else all rows are measured


class FilmTable(DataTable[Text]):
    """Shows the rows of a review; ``ranked`` adds a column for how unlike the others a film is."""

    def __init__(self, review: Review, *, ranked: bool, say: Language = ENGLISH) -> None:
        super().__init__(cursor_type="row", zebra_stripes=True)
        self._review, self._ranked, self._say = review, ranked, say
        self._films: list[ReviewRow] = []
        self._places: dict[object, list[int]] = {}  # of a film, which may have several rows
        self._folder = ""

    def on_mount(self) -> None:
        say = self._say
        labels = {
            "triage": say("triage"),
            "decision": say("decision"),
            "film": say("film"),
            "highest": say("highest"),
            **({"unlike": say("unlike the others")} if self._ranked else {}),
        }
        for key, label in labels.items():
            self.add_column(label, key=key, width=_WIDTHS.get(key))

    @property
    def film(self) -> ReviewRow | None:
        """The highlighted row."""
        return self._films[self.cursor_row] if self._films else None

    def fill(self) -> None:
        """Put the rows into the table that this reader's mode offers now."""
        self._films = self._review.rows()
        self._folder = common_folder([row.result.path for row in self._films])
        self._places = defaultdict(list)
        self.clear()
        for place, row in enumerate(self._films):
            self._places[row.film].append(place)
            self.add_row(*self._cells(row), key=str(place))

    def redraw(self, films: Collection[object]) -> None:
        """Draw the rows of some films anew."""
        for place in (place for film in films for place in self._places.get(film, ())):
            for column, cell in zip(self.columns, self._cells(self._films[place]), strict=True):
                self.update_cell(str(place), column, cell)

    def _cells(self, row: ReviewRow) -> list[Text]:
        review, name = self._review, row.result.path.removeprefix(self._folder)
        colours = self.app.theme_variables
        standing, shown = review.standing(row), review.shows_machine(row)
        return cells(row, name, standing, shown, self._ranked, self._say, colours)
