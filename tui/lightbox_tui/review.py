"""The worklist on one screen: films in order of urgency, and why the chosen one stands where it stands."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import DataTable, Footer, Header, Static

from lightbox_edge import Outcome, Result, Worklist

# A mark beside every colour: some readers see no red, some consoles show none.
_MARKS = {"flagged": "!", "uncertain": "?", "not flagged": ".", "not judged": "x"}


class ReviewApp(App[None]):
    """Shows a worklist; the flagged films come first. It changes nothing."""

    TITLE = "Lightbox"
    SUB_TITLE = "sorted for reading, not a diagnosis"
    BINDINGS: ClassVar[list[BindingType]] = [("q", "quit", "Quit")]
    CSS = """
    DataTable { width: 3fr; }
    VerticalScroll { width: 2fr; border-left: solid $primary; padding: 0 1; }
    """

    def __init__(self, worklist: Worklist) -> None:
        super().__init__()
        self._rows = list(worklist.results())

    def compose(self) -> ComposeResult:
        yield Header()
        with Horizontal():
            table: DataTable[Text] = DataTable(cursor_type="row", zebra_stripes=True)
            ranked = any(row.anomaly for row in self._rows)
            table.add_columns("triage", "film", "highest", *(["unlike the others"] if ranked else []))
            for index, row in enumerate(self._rows):
                table.add_row(*_cells(row), *([_standing(row)] if ranked else []), key=str(index))
            yield table
            with VerticalScroll(can_focus=False):
                yield Static("The worklist is empty.", id="why", markup=False)
        yield Footer()

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        if event.row_key.value is not None:
            self.query_one("#why", Static).update(explain(self._rows[int(event.row_key.value)]))


def _cells(row: Result) -> tuple[Text, Text, Text]:
    """Texts, for a table would take the brackets of a plain string, as in a file's name, for markup."""
    outcome = row.outcome
    highest = max(outcome.findings, key=lambda one: (one.flagged, one.probability), default=None)
    told = f"{highest.name} {highest.probability:.2f}" if highest else ""
    return Text(f"{_MARKS[outcome.triage]} {outcome.triage}"), Text(row.path), Text(told)


def _standing(row: Result) -> Text:
    return Text(f"{row.anomaly.rank} of {row.anomaly.films}" if row.anomaly else "")


def explain(row: Result) -> str:
    """The chosen film in words: who, what was found against which threshold, and by which sentences."""
    outcome = row.outcome
    lines = [row.path, _patient(outcome), "", f"{_MARKS[outcome.triage]} {outcome.triage}", *outcome.reasons]
    for one in outcome.findings:
        lines += [
            "",
            f"{'!' if one.flagged else ' '} {one.name}  {one.probability:.2f} (flags at {one.threshold:.2f})",
        ]
        lines += [f"    {part.probability:.2f}  {part.present}" for part in one.descriptors]
    if row.anomaly:
        lines += ["", f"unlike the others: {row.anomaly.rank} of {row.anomaly.films} (1 is the strangest)"]
    return "\n".join(lines)


def _patient(outcome: Outcome) -> str:
    header = outcome.header
    told = (header.PatientID, header.PatientSex, header.PatientAge, header.StudyDate, outcome.view or "")
    return "  ".join(part for part in told if part) or "no patient data in the file"
