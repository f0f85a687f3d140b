"""The table of films: a row for each row of the worklist that the reading mode offers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from rich.text import Text
from textual.widgets import DataTable

from lightbox_edge import Review
from lightbox_edge.decisions import ReviewRow
from lightbox_tui.explaining import cells, common_folder

_WIDTHS = {"triage": 13, "decision": 11, "highest": 24}  # of cells that change: else all rows are measured


class FilmTable(DataTable[Text]):
    """Shows the rows of a review; ``ranked`` adds a column for how unlike the others a film is."""

    def __init__(self, review: Review, *, ranked: bool) -> None:
        super().__init__(cursor_type="row", zebra_stripes=True)
        self._review, self._ranked = review, ranked
        self._films: list[ReviewRow] = []
        self._places: dict[object, list[int]] = {}  # of a film, which may have several rows
        self._folder = ""

    def on_mount(self) -> None:
        names = ("triage", "decision", "film", "highest", *(["unlike the others"] if self._ranked else []))
        for name in names:
            self.add_column(name, key=name, width=_WIDTHS.get(name))

    @property
    def film(self) -> ReviewRow | None:
        """The highlighted row."""
        return self._films[self.cursor_row] if self._films else None

    @property
    def films(self) -> list[ReviewRow]:
        """All rows, in their order."""
        return self._films

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
        return cells(row, name, review.standing(row), review.shows_machine(row), self._ranked)
