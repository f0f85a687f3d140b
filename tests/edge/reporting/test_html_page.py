"""HTML: well-formed whatever names and notes hold, nothing fetched and no script, all of it told."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from lightbox_edge.bundle import Bundle
from lightbox_edge.languages import ENGLISH
from lightbox_edge.reporting import layout as layouts
from lightbox_edge.reporting.building import Reports
from lightbox_edge.reporting.html_page import html_page
from lightbox_edge.reporting.layout import Layout
from lightbox_edge.reporting.pictures import Picture
from lightbox_edge.reporting.records import FilmReport, Patient
from lightbox_edge.reporting.texts import plain
from lightbox_edge.worklist import Worklist

EVIL = ("</p><script>alert(1)</script>", "\u202etxt.exe", "=1+1\n\r\x00", "مد <b2>")
EMPTY = {"meta", "img", "br"}


class Page(HTMLParser):
    """Follows the tags of a page; every one must be closed in its turn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.said: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.said.append(data)


def page(layout: Layout) -> str:
    return b"".join(html_page(layout)).decode()


def pictures(films: list[FilmReport]) -> list[Picture]:
    return [Picture(b"\xff\xd8", ("1 <here>.",)) for _ in films]


def test_a_page_stands_alone_and_tells_all(worklist: Worklist, measured: Bundle) -> None:
    report = Reports(worklist, ENGLISH, measured).session()
    found = Page(page(Layout(report, ENGLISH, "flagged", pictures)))
    assert not found.tags & {"script", "link", "iframe", "object", "form", "input", "a"}
    assert all(
        value.startswith("data:image/jpeg;base64,")
        for name, value in found.attributes
        if name == "src" and value
    )
    assert not [name for name, _ in found.attributes if name.startswith("on") or name in ("href", "style")]
    said = " ".join(" ".join(found.said).split())
    for words in (
        "Not a diagnosis.",
        "pleural effusion: probability 0.83, flagged at 0.40.",
        "Amina Yusuf, decision, 2026-11-22 10:01 UTC Agrees with the machine.",
        "Decided before seeing what the machine says.",
        "The readers differed. The arbitration alone counts.",
        "The file is empty: copy it again from where it came from.",
        "It was never tested on <real> films.",
        report.heading.decision_log.head,
    ):
        assert words in said


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.text(max_size=60),
    note=st.text(max_size=60)
    | st.sampled_from(["</p><script>alert(1)</script>", "\u202etxt.exe", "=1+1\n\r\x00"]),
)
def test_any_text_is_a_text_and_nothing_else(worklist: Worklist, path: str, note: str) -> None:
    report = Reports(worklist, ENGLISH, None).session()
    film = next(iter(report.films))
    decision = changed(film.decisions[0], words=(note,), reader=note)
    one = changed(
        film, path=path, patient=Patient(note, note, note, note), decisions=(decision,), words=(note,)
    )
    other = changed(one, decisions=(), triage="uncertain", reasons=(note,))
    found = Page(page(Layout(replace(report, films=(one, other)), ENGLISH, "flagged", pictures)))
    assert not found.tags & {"script", "b2"}
    said = "".join(found.said)
    assert plain(path) in said
    assert plain(note) in said
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x09\x0b-\x1f]", said)


def test_films_beyond_the_most_are_listed_and_then_counted(
    worklist: Worklist, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of six films one in full, three in the table, and two told by their number."""
    monkeypatch.setattr(layouts, "MOST_IN_FULL", 1)
    monkeypatch.setattr(layouts, "MOST_IN_TABLE", 3)
    layout = Layout(Reports(worklist, ENGLISH, None).session(), ENGLISH)
    told = page(layout)
    assert told.count('<tr class="film">') == 1
    assert "2 more films are not listed here" in told
    assert layout.not_listed == 2
