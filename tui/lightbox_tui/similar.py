"""The films of a worklist that are the most like one of them, and what was decided on them."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widgets import DataTable, Label, Static
from textual.worker import Worker, WorkerState

from lightbox_edge import LightboxError
from lightbox_edge.asking import Nearest, SimilarFilm, SimilarFilms
from lightbox_edge.decisions import ReviewRow
from lightbox_edge.languages import ENGLISH, Language
from lightbox_tui.columns import iso_date
from lightbox_tui.key_line import KeyLine
from lightbox_tui.marks import HIDDEN, MARKS

COUNT = 20  # films that are shown
# In cells: a PatientID has up to 64 letters, and the cosine must not be pushed off the screen by one.
_LEAST_PATIENT, _MOST_PATIENT, _REST = 14, 66, 66
_SAME_PATIENT = "="  # a mark of its own: PatientIDs are long and look alike


class _Films(DataTable[Text]):
    """A table that shows its key."""

    BINDINGS: ClassVar[list[BindingType]] = [("enter", "select_cursor", "Go to this film")]


class SimilarScreen(Screen[ReviewRow | None]):
    """Shows the films that are alike; Enter goes to the row of one, Esc leaves.

    Args:
        similar: finds them, in a thread of its own.
        row: the film that they are held against.
        say: the reader's language.
    """

    DEFAULT_CSS = """
    SimilarScreen #film { width: 100%; background: $panel; padding: 0 1; }
    SimilarScreen #film { text-wrap: nowrap; text-overflow: ellipsis; }
    SimilarScreen DataTable { height: 1fr; }
    SimilarScreen #told { height: auto; max-height: 6; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "dismiss(None)", "Leave"),
    ]

    def __init__(self, similar: SimilarFilms, row: ReviewRow, say: Language = ENGLISH) -> None:
        super().__init__()
        self._similar, self._row, self._say = similar, row, say
        self._films: list[SimilarFilm] = []
        self._limits = ""

    def compose(self) -> ComposeResult:
        say = self._say
        yield Label(say("Most like {film}", film=self._row.result.path), id="film", markup=False)
        table = _Films(cursor_type="row", zebra_stripes=True)
        patient = max(_LEAST_PATIENT, min(_MOST_PATIENT, self.app.size.width - _REST))
        names = ("", say("patient"), say("date"), say("highest"), say("decision"), say("cosine"))
        for name, width in zip(names, (1, patient, 10, 24, 11, 6), strict=True):
            table.add_column(name, width=width)
        yield table
        yield Static(say("Looking ..."), id="told", markup=False)
        yield KeyLine(self._say)

    def on_mount(self) -> None:
        work = partial(self._similar.nearest, self._row, COUNT)
        self.run_worker(work, thread=True, exclusive=True, exit_on_error=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        worker: Worker[Nearest] = event.worker
        if event.state == WorkerState.SUCCESS and worker.result is not None:
            self._show(worker.result)
        elif event.state == WorkerState.ERROR and worker.error is not None:
            if not isinstance(worker.error, LightboxError):
                raise worker.error
            self.query_one("#told", Static).update(self._say.error(worker.error))

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        if event.cursor_row < len(self._films):
            self._tell(self._films[event.cursor_row])

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        self.dismiss(self._films[event.cursor_row].row)

    def _show(self, nearest: Nearest) -> None:
        say, table = self._say, self.query_one(_Films)
        self._films = self._similar.seen(self._row, nearest)
        self._limits = say(
            "Of {count} films. The cosine says how alike two films are to the model (1: the same), and not "
            "whether they show the same disease: nobody validated that.",
            count=nearest.compared,
        )
        if nearest.without:
            self._limits += " " + say(
                "{count} films of an older Lightbox cannot be compared.", count=nearest.without
            )
        for one in self._films:
            table.add_row(*self._cells(one))
        if self._films:
            table.focus()
            self._tell(self._films[0])
        else:
            self.query_one("#told", Static).update(say("There is no other film to compare with."))

    def _cells(self, one: SimilarFilm) -> list[Text]:
        outcome, say = one.row.result.outcome, self._say
        highest = outcome.highest
        found = f"{say(highest.name)} {highest.probability:.2f}" if highest else ""
        patient = outcome.header.PatientID or one.row.result.path.rsplit("/", 1)[-1]
        return [
            Text(MARKS[outcome.triage] if one.shows_machine else HIDDEN),
            Text(f"{_SAME_PATIENT} {patient}" if one.is_same_patient else patient),
            Text(iso_date(outcome.header.StudyDate)),
            Text(found if one.shows_machine else say("hidden")),
            Text(say(one.standing.answer) if one.standing.answer else ""),
            Text(f"{one.cosine:.3f}"),
        ]

    def _tell(self, one: SimilarFilm) -> None:
        """The chosen film's path, whose it is and who decided what."""
        say = self._say
        told = [one.row.result.path]
        if one.is_same_patient:
            told.append(say("= the same patient"))
        told += [f"{decision.reader}: {say(decision.answer)}" for decision in one.standing.decisions]
        self.query_one("#told", Static).update("; ".join(told) + "\n" + self._limits)
