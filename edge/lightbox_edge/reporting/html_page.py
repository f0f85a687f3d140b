"""A report as one HTML page that stands alone, to read on a screen or on paper."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from html import escape
from importlib.resources import files

from lightbox_edge.page import whole_page
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
from lightbox_edge.reporting.records import FilmReport, ReportedDecision
from lightbox_edge.reporting.texts import plain
from lightbox_edge.reporting.words import triage_name


def html_page(layout: Layout) -> Iterator[bytes]:
    """The page in parts; the same report and pictures give the same bytes."""
    style = files("lightbox_edge.reporting").joinpath("page.css").read_text("utf-8")
    name = plain(title(layout.report.heading, layout.say))
    for line in whole_page(name, layout.say.code, style, _body(layout)):
        yield f"{line}\n".encode()


def _body(layout: Layout) -> Iterator[str]:
    """One table, for browsers repeat its head and its foot on every page that they print."""
    heading, say = layout.report.heading, layout.say
    head = f"<b>{_text(heading.notice)}</b> {_own(title(heading, say))}"
    yield f'<table class="sheet" role="presentation"><thead><tr><td>{head}</td></tr></thead>'
    yield f"<tfoot><tr><td>{_foot(layout)}</td></tr></tfoot>\n<tbody><tr><td>"
    yield f"<h1>{_own(title(heading, say))}</h1>"
    yield '<dl class="counts">'
    yield from (
        f"<div><dt>{_text(label)}</dt><dd>{number}</dd></div>" for label, number in counts(heading, say)
    )
    yield "</dl>\n</td></tr>"
    for film, picture in layout.in_full():
        yield f'<tr class="film"><td>\n{_film(layout, film, picture)}</td></tr>'
    yield from _others(layout)
    yield "<tr><td>"
    yield from _limits(layout)
    yield "</td></tr></tbody></table>"


def _foot(layout: Layout) -> str:
    heading, say = layout.report.heading, layout.say
    parts = [limits_words(heading, say), made_by(heading, say)]
    return "<br>".join(_text(part) for part in parts if part)


def _film(layout: Layout, film: FilmReport, picture: Picture) -> str:
    say = layout.say
    badge = f"{MARKS[film.triage]} {_text(triage_name(film.triage, say))}"
    known = (f"<span>{_text(label)} <b>{_own(value)}</b></span>" for label, value in facts(film, say))
    return "\n".join(
        [
            f'<h2><span class="triage {film.triage.replace(" ", "-")}">{badge}</span> {_own(film.path)}</h2>',
            f'<p class="facts">{" ".join(known)}</p>',
            f'<div class="beside">{_figure(layout, film, picture)}<div>',
            f"<h3>{_text(say('What the machine says'))}</h3>",
            *_paragraphs(film.words),
            f"<h3>{_text(say('What people decided'))}</h3>",
            *(_decision(layout, one) for one in film.decisions),
            *_paragraphs(film.standing),
            "</div></div>",
            f'<p class="soft">{_text(judged_by(layout.judge(film), film, say))}</p>',
        ]
    )


def _figure(layout: Layout, film: FilmReport, picture: Picture) -> str:
    if picture.jpeg is None and not picture.words:
        return ""
    image = ""
    if picture.jpeg is not None:
        told = escape(plain(layout.say("The film {path}, small", path=film.path)))
        content = b64encode(picture.jpeg).decode("ascii")
        image = f'<img alt="{told}" src="data:image/jpeg;base64,{content}">'
    words = " ".join(_text(one) for one in picture.words)
    return f"<figure>{image}<figcaption>{words}</figcaption></figure>"


def _decision(layout: Layout, one: ReportedDecision) -> str:
    head = _text(who_and_when(one, layout.say))
    kind = "" if one.counts else ' class="settled"'
    return f"<p{kind}><b>{head}</b> {_text(' '.join(one.words))}</p>"


def _others(layout: Layout) -> Iterator[str]:
    """The table of the other films, a row each so that a printer may break it anywhere."""
    say, columns = layout.say, ""
    for film in layout.others():
        if not columns:
            names = (say("film"), say("patient"), say("study date"), say("triage"), say("why"))
            columns = "".join(f"<th>{_text(name)}</th>" for name in names)
            yield f"<tr><td><h2>{_text(say('Other films'))}</h2>"
            yield f'<table class="others"><thead><tr>{columns}</tr></thead><tbody>'
        cells = (film.path, film.patient.PatientID, day(film.patient.StudyDate))
        told = "".join(f"<td>{_own(cell)}</td>" for cell in cells)
        triage = f"{MARKS[film.triage]} {_text(triage_name(film.triage, say))}"
        yield f"<tr>{told}<td>{triage}</td><td>{_text(why(film, say))}</td></tr>"
    if columns:
        yield "</tbody></table>"
        if layout.not_listed:
            yield from _paragraphs([not_listed(layout.not_listed, say)])
        yield "</td></tr>"


def _limits(layout: Layout) -> Iterator[str]:
    heading, say = layout.report.heading, layout.say
    yield f"<h2>{_text(say('What the machine was measured to do, and its limits'))}</h2>"
    yield from _paragraphs(heading.about_bundle)
    if heading.bundle is None:
        return
    yield from _paragraphs([say(heading.bundle.intended_use)])
    yield "<ul>"
    yield from (f"<li>{_text(say(limit))}</li>" for limit in heading.bundle.limits)
    yield "</ul>"
    for precision, results in heading.bundle.results.items():
        columns = "".join(f"<th>{_text(name)}</th>" for name in measured_columns(say))
        yield f"<h3>{_text(measured_title(heading.bundle, precision, say))}</h3>"
        yield f'<table class="measured"><thead><tr>{columns}</tr></thead><tbody>'
        for one in results:
            yield f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in measured_cells(one, say))}</tr>"
        yield "</tbody></table>"
    yield from _paragraphs([few_words(say)], ' class="soft"')


def _paragraphs(lines: Iterable[str], kind: str = "") -> Iterator[str]:
    return (f"<p{kind}>{_text(line)}</p>" for line in lines)


def _text(text: str) -> str:
    return escape(plain(text))


def _own(text: str) -> str:
    """A text of somebody's own, whose direction is its own affair."""
    return f"<bdi>{_text(text)}</bdi>"
