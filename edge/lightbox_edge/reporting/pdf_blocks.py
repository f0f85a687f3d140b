"""What stands in a PDF, in order: words, pictures beside words, tables. How it looks: `pdf_pages`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from lightbox_edge.reporting.labels import (
    MARKS,
    counts,
    day,
    facts,
    judged_by,
    made_by,
    not_listed,
    title,
    who_and_when,
    why,
)
from lightbox_edge.reporting.layout import Layout
from lightbox_edge.reporting.measured import (
    few_words,
    limits_words,
    measured_cells,
    measured_columns,
    measured_title,
)
from lightbox_edge.reporting.pictures import Picture
from lightbox_edge.reporting.records import FilmReport
from lightbox_edge.reporting.words import triage_name

Style = Literal["title", "heading", "film", "label", "text", "soft"]


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph; ``lead`` stands before it in bold."""

    text: str
    style: Style = "text"
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Beside:
    """A picture with words under it on the left, words on the right; without a picture words alone."""

    jpeg: bytes | None
    under: tuple[Words, ...]
    words: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """A table whose columns have names, and their shares of the width; the names stand on every page."""

    columns: tuple[str, ...]
    shares: tuple[float, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Film:
    """The start of a film, which should not stand at the foot of a page."""


Block = Words | Beside | Rows | Film


def head(layout: Layout) -> tuple[Words, ...]:
    """What stands above every page."""
    heading = layout.report.heading
    return (Words(title(heading, layout.say), "soft", heading.notice),)


def foot(layout: Layout) -> tuple[Words, ...]:
    """What stands beneath every page."""
    heading, say = layout.report.heading, layout.say
    words = (limits_words(heading, say), made_by(heading, say))
    return tuple(Words(text, "soft") for text in words if text)


def blocks(layout: Layout) -> Iterator[Block]:
    """The whole document."""
    heading, say = layout.report.heading, layout.say
    yield Words(title(heading, say), "title")
    yield Words("   ".join(f"{label}: {number}" for label, number in counts(heading, say)))
    for film, picture in layout.in_full():
        yield Film()
        yield from _film(layout, film, picture)
    yield from _others(layout)
    yield Words(say("What the machine was measured to do, and its limits"), "heading")
    yield from _limits(layout)
    yield Words(say("A letter that this PDF has no picture of stands as its number; HTML shows it."), "soft")


def _film(layout: Layout, film: FilmReport, picture: Picture) -> Iterator[Block]:
    say = layout.say
    yield Words(film.path, "film", f"{MARKS[film.triage]} {triage_name(film.triage, say)}")
    yield Words("   ".join(f"{label}: {value}" for label, value in facts(film, say)))
    decided = tuple(Words(" ".join(one.words), lead=who_and_when(one, say)) for one in film.decisions)
    yield Beside(
        picture.jpeg,
        tuple(Words(text, "soft") for text in picture.words),
        (
            Words(say("What the machine says"), "label"),
            *map(Words, film.words),
            Words(say("What people decided"), "label"),
            *decided,
            *map(Words, film.standing),
        ),
    )
    yield Words(judged_by(layout.judge(film), film, say), "soft")


def _others(layout: Layout) -> Iterator[Block]:
    say = layout.say
    rows = tuple(
        (
            film.path,
            film.patient.PatientID,
            day(film.patient.StudyDate),
            f"{MARKS[film.triage]} {triage_name(film.triage, say)}",
            why(film, say),
        )
        for film in layout.others()
    )
    if rows:
        names = (say("film"), say("patient"), say("study date"), say("triage"), say("why"))
        yield Words(say("Other films"), "heading")
        yield Rows(names, (0.32, 0.16, 0.11, 0.12, 0.29), rows)
    if layout.not_listed:
        yield Words(not_listed(layout.not_listed, say))


def _limits(layout: Layout) -> Iterator[Block]:
    heading, say = layout.report.heading, layout.say
    yield from map(Words, heading.about_bundle)
    if heading.bundle is None:
        return
    yield Words(say(heading.bundle.intended_use))
    yield from (Words(f"• {say(limit)}") for limit in heading.bundle.limits)
    for precision, results in heading.bundle.results.items():
        rows = tuple(measured_cells(one, say) for one in results)
        yield Words(measured_title(heading.bundle, precision, say), "label")
        yield Rows(measured_columns(say), (0.2, 0.22, 0.08, 0.1, 0.2, 0.1, 0.1), rows)
    yield Words(few_words(say), "soft")
