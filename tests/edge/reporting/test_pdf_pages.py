"""PDFs: the same bytes again, no text outside its page or its column, whatever names and notes hold."""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as changed
from PIL import Image

from lightbox_edge.bundle import Bundle
from lightbox_edge.languages import ENGLISH, Language
from lightbox_edge.reporting import pdf_pages
from lightbox_edge.reporting.building import Reports
from lightbox_edge.reporting.layout import Layout
from lightbox_edge.reporting.pictures import Picture
from lightbox_edge.reporting.records import FilmReport
from lightbox_edge.worklist import Worklist
from tests.processes import environment
from tests.reported_films import FILMS, SAMPLES, decide, sha256

WIDE, TALL = pdf_pages.A4
LONG = 12 * "Nebenschilddrüsenüberfunktionsuntersuchung"


def gray(films: list[FilmReport]) -> list[Picture]:
    """A picture for each film, as tall as any."""
    out = io.BytesIO()
    Image.new("RGB", (500, 600), "gray").save(out, "JPEG")
    return [Picture(out.getvalue(), ("A sentence under it.",)) for _ in films]


class Watched(pdf_pages.Paragraph):  # type: ignore[misc]  # ReportLab has no types
    """A paragraph that says where it was drawn, and by how much its widest line is too wide."""

    drawn: list[tuple[float, float, float, float]] = []  # noqa: RUF012  # emptied before each document

    def draw(self) -> None:
        x, y = self.canv.absolutePosition(0, 0)
        lines = self.blPara.lines
        spare = min((line[0] if isinstance(line, tuple) else line.extraSpace for line in lines), default=0)
        self.drawn.append((x, y, self.height, -spare))
        super().draw()


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, float, float, float]]:
    monkeypatch.setattr(pdf_pages, "Paragraph", Watched)
    Watched.drawn.clear()
    return Watched.drawn


def assert_inside(drawn: list[tuple[float, float, float, float]]) -> None:
    assert drawn
    edge = pdf_pages.MARGIN - 1  # a word that is cut may reach into the padding, which is 6 points
    assert not [one for one in drawn if min(one[:2]) < edge or one[1] + one[2] > TALL - edge or one[3] > 3]


def pages(layout: Layout) -> int:
    return len(re.findall(rb"/Type /Page\b(?!s)", pdf_pages.pdf_pages(layout)))


def test_the_same_report_is_the_same_bytes_here_and_in_another_process(
    worklist: Worklist, measured: Bundle
) -> None:
    def made() -> bytes:
        report = Reports(worklist, ENGLISH, measured, "0.0").session()
        return pdf_pages.pdf_pages(Layout(report, ENGLISH, "all", gray))

    first = made()
    assert first == made()
    assert first.startswith(b"%PDF-")
    code = (
        "import hashlib; from lightbox_edge.languages import ENGLISH;"
        "from lightbox_edge.worklist import Worklist;"
        "from lightbox_edge.reporting.building import Reports;"
        "from lightbox_edge.reporting.layout import Layout;"
        "from lightbox_edge.reporting.pdf_pages import pdf_pages;"
        f"report = Reports(Worklist({worklist.path!r}), ENGLISH, None, '0.0').session();"
        "print(hashlib.sha256(pdf_pages(Layout(report, ENGLISH))).hexdigest())"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=environment() | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    here = pdf_pages.pdf_pages(Layout(Reports(worklist, ENGLISH, None, "0.0").session(), ENGLISH))
    assert told == {hashlib.sha256(here).hexdigest() + "\n"}


def test_nothing_leaves_its_column_or_its_page_with_long_sentences_and_long_words(
    worklist: Worklist, measured: Bundle, watched: list[tuple[float, float, float, float]]
) -> None:
    """A language in which every word has thirty letters more, a reader who never types a space."""

    class Wordy(dict[str, str]):
        def get(self, sentence: str, default: str = "") -> str:  # type: ignore[override]  # of texts alone
            return re.sub(r"(\{\w+\})|(\w{4,})", lambda found: found[1] or found[2] + 30 * "é", sentence)

    say = Language("xx", "Wordy", Wordy())
    for number in range(12):
        decide(worklist, sha256(SAMPLES / FILMS[1]), f"{number}{LONG[:38]}", "refer", note=LONG[:500])
    layout = Layout(Reports(worklist, say, measured, "0.0").session(), say, "all", gray)
    assert pages(layout) > 4
    assert_inside(watched)


def test_a_film_longer_than_several_pages_is_parted(
    worklist: Worklist, watched: list[tuple[float, float, float, float]]
) -> None:
    report = Reports(worklist, ENGLISH, None, "0.0").session()
    film = next(iter(report.films))
    [one, *_] = film.decisions
    endless = with_words(film, one.words + tuple(f"{number} {LONG}" for number in range(60)))
    layout = Layout(replace(report, films=(endless,)), ENGLISH, "all", gray)
    assert pages(layout) > 5
    assert_inside(watched)


def with_words(film: FilmReport, words: tuple[str, ...]) -> FilmReport:
    return changed(film, decisions=(changed(film.decisions[0], words=words),), words=words)


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(note=st.text(max_size=200), name=st.text(max_size=120))
def test_any_note_and_any_path_is_a_document_on_its_pages(
    worklist: Worklist, watched: list[tuple[float, float, float, float]], note: str, name: str
) -> None:
    watched.clear()
    report = Reports(worklist, ENGLISH, None, "0.0").session()
    film = changed(with_words(next(iter(report.films)), (note,)), path=name)
    other = changed(film, decisions=(), triage="uncertain", reasons=(note,))
    layout = Layout(replace(report, films=(film, other)), ENGLISH, "all", gray)
    assert pages(layout)
    assert_inside(watched)


def test_letters_that_the_font_lacks_are_told_by_their_numbers() -> None:
    pdf_pages._register()
    assert pdf_pages._markup("Åse <b> œuf\u202f!") == "Åse &lt;b&gt; œuf\xa0!"
    assert pdf_pages._markup("مد") == r"\u0645\u062f"
    assert pdf_pages._markup("a\u202eb\nc") == r"a\u202eb\nc"


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler is not there to read it back")
def test_another_program_reads_it_back(worklist: Worklist, measured: Bundle, tmp_path: Path) -> None:
    file = tmp_path / "report.pdf"
    file.write_bytes(pdf_pages.pdf_pages(Layout(Reports(worklist, ENGLISH, measured).session(), ENGLISH)))
    told = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True)
    sheets = told.stdout.split("\f")[:-1]
    head = Reports(worklist, ENGLISH, None).session().heading.decision_log.head
    for number, sheet in enumerate(sheets, start=1):
        assert "Not a diagnosis." in sheet
        assert "Sorts made films." in sheet
        assert head in sheet
        assert re.search(rf"{number} ?/\s+{len(sheets)}\b", sheet)
    assert "Agrees with the machine. The reader's own note:" in " ".join(told.stdout.split())
