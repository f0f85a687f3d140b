"""The tables of an HTML report: the films that are not shown in full, and what the machine is worth."""

from __future__ import annotations

from collections.abc import Iterator

from lightbox_edge.reporting.html_words import own, paragraphs, text
from lightbox_edge.reporting.labels import MARKS, day, not_listed, why
from lightbox_edge.reporting.layout import Layout
from lightbox_edge.reporting.measured import (
    few_words,
    measured_cells,
    measured_columns,
    measured_title,
)
from lightbox_edge.reporting.words import triage_name


def others(layout: Layout) -> Iterator[str]:
    """The table of the other films, a row each so that a printer may break it anywhere."""
    say, columns = layout.say, ""
    for film in layout.others():
        if not columns:
            names = (say("film"), say("patient"), say("study date"), say("triage"), say("why"))
            columns = "".join(f"<th>{text(name)}</th>" for name in names)
            yield f"<tr><td><h2>{text(say('Other films'))}</h2>"
            yield f'<table class="others"><thead><tr>{columns}</tr></thead><tbody>'
        cells = (film.path, film.patient.PatientID, day(film.patient.StudyDate))
        told = "".join(f"<td>{own(cell)}</td>" for cell in cells)
        triage = f"{MARKS[film.triage]} {text(triage_name(film.triage, say))}"
        yield f"<tr>{told}<td>{triage}</td><td>{text(why(film, say))}</td></tr>"
    if columns:
        yield "</tbody></table>"
        if layout.not_listed:
            yield from paragraphs([not_listed(layout.not_listed, say)])
        yield "</td></tr>"


def limits(layout: Layout) -> Iterator[str]:
    """What the bundle that judged is for, its limits and its measured figures."""
    heading, say = layout.report.heading, layout.say
    yield f"<h2>{text(say('What the machine was measured to do, and its limits'))}</h2>"
    yield from paragraphs(heading.about_bundle)
    if heading.bundle is None:
        return
    yield from paragraphs([say(heading.bundle.intended_use)])
    yield "<ul>"
    yield from (f"<li>{text(say(limit))}</li>" for limit in heading.bundle.limits)
    yield "</ul>"
    for precision, results in heading.bundle.results.items():
        columns = "".join(f"<th>{text(name)}</th>" for name in measured_columns(say))
        yield f"<h3>{text(measured_title(heading.bundle, precision, say))}</h3>"
        yield f'<table class="measured"><thead><tr>{columns}</tr></thead><tbody>'
        for one in results:
            yield f"<tr>{''.join(f'<td>{text(cell)}</td>' for cell in measured_cells(one, say))}</tr>"
        yield "</tbody></table>"
    yield from paragraphs([few_words(say)], ' class="soft"')
