"""A report as one HTML page that stands alone, to read on a screen or on paper."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from html import escape
from importlib.resources import files

from lightbox_edge.page import whole_page
from lightbox_edge.reporting.html_tables import limits, others
from lightbox_edge.reporting.html_words import own, paragraphs, text
from lightbox_edge.reporting.labels import (
    MARKS,
    counts,
    facts,
    judged_by,
    made_by,
    title,
    who_and_when,
)
from lightbox_edge.reporting.layout import Layout
from lightbox_edge.reporting.measured import limits_words
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
    head = f"<b>{text(heading.notice)}</b> {own(title(heading, say))}"
    yield f'<table class="sheet" role="presentation"><thead><tr><td>{head}</td></tr></thead>'
    yield f"<tfoot><tr><td>{_foot(layout)}</td></tr></tfoot>\n<tbody><tr><td>"
    yield f"<h1>{own(title(heading, say))}</h1>"
    yield '<dl class="counts">'
    yield from (
        f"<div><dt>{text(label)}</dt><dd>{number}</dd></div>" for label, number in counts(heading, say)
    )
    yield "</dl>\n</td></tr>"
    for film, picture in layout.in_full():
        yield f'<tr class="film"><td>\n{_film(layout, film, picture)}</td></tr>'
    yield from others(layout)
    yield "<tr><td>"
    yield from limits(layout)
    yield "</td></tr></tbody></table>"


def _foot(layout: Layout) -> str:
    heading, say = layout.report.heading, layout.say
    parts = [limits_words(heading, say), made_by(heading, say)]
    return "<br>".join(text(part) for part in parts if part)


def _film(layout: Layout, film: FilmReport, picture: Picture) -> str:
    say = layout.say
    badge = f"{MARKS[film.triage]} {text(triage_name(film.triage, say))}"
    known = (f"<span>{text(label)} <b>{own(value)}</b></span>" for label, value in facts(film, say))
    return "\n".join(
        [
            f'<h2><span class="triage {film.triage.replace(" ", "-")}">{badge}</span> {own(film.path)}</h2>',
            f'<p class="facts">{" ".join(known)}</p>',
            f'<div class="beside">{_figure(layout, film, picture)}<div>',
            f"<h3>{text(say('What the machine says'))}</h3>",
            *paragraphs(film.words),
            f"<h3>{text(say('What people decided'))}</h3>",
            *(_decision(layout, one) for one in film.decisions),
            *paragraphs(film.standing),
            "</div></div>",
            f'<p class="soft">{text(judged_by(layout.judge(film), film, say))}</p>',
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
    words = " ".join(text(one) for one in picture.words)
    return f"<figure>{image}<figcaption>{words}</figcaption></figure>"


def _decision(layout: Layout, one: ReportedDecision) -> str:
    head = text(who_and_when(one, layout.say))
    kind = "" if one.counts else ' class="settled"'
    return f"<p{kind}><b>{head}</b> {text(' '.join(one.words))}</p>"
