"""What the table of films shows, cell by cell."""

from __future__ import annotations

from rich.cells import set_cell_size

from lightbox_tui import ReviewApp
from lightbox_tui.columns import GAP
from lightbox_tui.film_table import FilmTable


def table_of(app: ReviewApp) -> FilmTable:
    return app.query_one(FilmTable)


def shown_rows(app: ReviewApp) -> list[dict[str, str]]:
    """The rows that are in sight, as they are drawn, by the names of their columns."""
    table = table_of(app)
    lines = (table.render_line(y).text for y in range(1, table.size.height))
    return [_cells(table, line) for line in lines if line.strip()]


def _cells(table: FilmTable, line: str) -> dict[str, str]:
    told = {}
    for column in table.columns:
        cell = set_cell_size(line, column.width)
        line = line[len(cell) + GAP :]
        told[column.name] = cell.strip()
    return told
