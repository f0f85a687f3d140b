"""The columns of the worklist: which of them a width has room for, and what a row says in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from rich.cells import cell_len, set_cell_size

from lightbox_edge.decisions import Answer, FilmStanding, ReviewRow
from lightbox_edge.languages import Language
from lightbox_edge.radiograph import Header
from lightbox_edge.results import Triage
from lightbox_tui.marks import hidden, marked

Name = Literal[
    "triage", "patient", "age", "date", "finding", "probability", "decision", "reader", "rank", "film"
]

GAP = 1
_FIRST_TO_GO: tuple[Name, ...] = (
    "rank",
    "date",
    "reader",
    "age",
    "patient",
    "probability",
    "finding",
    "decision",
)
_WIDEST_FINDING = 26
_SHORT = {"nothing seen": "nothing", "something seen": "seen"}
_ANSWERS = (*(_SHORT.get(answer, answer) for answer in get_args(Answer)), "disputed")


@dataclass(frozen=True, slots=True)
class Column:
    """One column as it is drawn; ``width`` in cells."""

    name: Name
    title: str
    width: int


def fit(width: int, say: Language, *, ranked: bool) -> tuple[Column, ...]:
    """The columns for a table of so many cells; ``ranked`` says whether there is anything to say of ranks.

    What is narrow loses columns in a fixed order, the film's rank first; a triage and a film's name are
    always there. Room that is left goes to the finding and then to the film's name.
    """
    widths = dict(_least(say))
    if not ranked:
        del widths["rank"]
    for name in _FIRST_TO_GO:
        if sum(widths.values()) + GAP * (len(widths) - 1) > width:
            widths.pop(name, None)
    left = max(0, width - sum(widths.values()) - GAP * (len(widths) - 1))
    if "finding" in widths:
        longer = min(left, _WIDEST_FINDING - widths["finding"])
        widths["finding"] += longer
        left -= longer
    widths["film"] += left
    titles = _titles(say)
    return tuple(Column(name, titles[name], size) for name, size in widths.items())


def cells(
    row: ReviewRow, film: str, standing: FilmStanding, shown: bool, say: Language
) -> Mapping[Name, str]:
    """What a row says in each column.

    ``film`` is how the film is named; ``shown`` says whether the machine's view may be seen.
    """
    outcome, rank = row.result.outcome, row.result.anomaly
    highest = outcome.highest
    return {
        "triage": marked(outcome.triage, say) if shown else hidden(say),
        "patient": outcome.header.PatientID,
        "age": _age(outcome.header),
        "date": iso_date(outcome.header.StudyDate),
        "finding": say(highest.name) if shown and highest else "",
        "probability": f"{highest.probability:.2f}" if shown and highest else "",
        "decision": say(_SHORT.get(standing.answer, standing.answer)),
        "reader": ", ".join(one.reader for one in standing.final),
        "rank": say("{rank} of {films}", rank=rank.rank, films=rank.films) if shown and rank else "",
        "film": film,
    }


def cut(text: str, column: Column) -> str:
    """A text that fills its column; a film's name loses its beginning, for its end tells films apart."""
    text = text if text.isprintable() else "".join(one if one.isprintable() else "?" for one in text)
    if cell_len(text) <= column.width:
        return set_cell_size(text, column.width)
    if column.name != "film":
        return f"{set_cell_size(text, column.width - 1)}~"
    return f"~{set_cell_size(text[::-1], column.width - 1)[::-1]}"


def _least(say: Language) -> Mapping[Name, int]:
    """The least width of each column, in the order in which they stand."""
    triages = (marked(triage, say) for triage in get_args(Triage))
    return {
        "triage": min(20, max(map(cell_len, (*triages, hidden(say))))),
        "patient": 10,
        "age": 6,
        "date": 10,
        "finding": 15,
        "probability": 4,
        "decision": min(16, max(cell_len(say(answer)) for answer in _ANSWERS)),
        "reader": 10,
        "rank": 11,
        "film": 14,
    }


def _titles(say: Language) -> Mapping[Name, str]:
    return {
        "triage": say("triage"),
        "patient": say("patient"),
        "age": say("age"),
        "date": say("date"),
        "finding": say("finding"),
        "probability": say("prob"),
        "decision": say("decision"),
        "reader": say("reader"),
        "rank": say("unlike the others"),
        "film": say("film"),
    }


def _age(header: Header) -> str:
    """Age and sex as DICOM's AS and CS tell them (PS3.5 6.2): ``063Y`` and ``F`` are ``63Y F``."""
    return " ".join(part for part in (header.PatientAge.lstrip("0"), header.PatientSex) if part)


def iso_date(date: str) -> str:
    """A date of DICOM's DA as ISO 8601 has it; another text as it is."""
    return f"{date[:4]}-{date[4:6]}-{date[6:]}" if len(date) == 8 and date.isdecimal() else date
