"""The bytes of a report in every language: HTML and JSON whole, of a PDF what stands in it in which order."""

from __future__ import annotations

import pytest

from lightbox_edge.bundle import Bundle
from lightbox_edge.languages import languages, load_language
from lightbox_edge.reporting.building import Reports
from lightbox_edge.reporting.layout import Layout
from lightbox_edge.reporting.pdf_blocks import blocks, foot, head
from lightbox_edge.reporting.writing import Writer
from lightbox_edge.worklist import Worklist
from tests.edge.reporting.conftest import golden


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("kind", ["json", "html"])
def test_the_bytes_of_a_session(worklist: Worklist, measured: Bundle, kind: str, code: str) -> None:
    say = load_language(code)
    with Writer(worklist, say, measured, kind, "none") as writer:  # type: ignore[arg-type]  # a format
        content = b"".join(writer.parts(Reports(worklist, say, measured, "0.0").session()))
    golden(f"session-{code}.{kind}", content)


@pytest.mark.parametrize("code", languages())
def test_what_stands_in_a_pdf(worklist: Worklist, measured: Bundle, code: str) -> None:
    """Not its bytes: they hold what zlib makes of them, and that differs between its versions."""
    say = load_language(code)
    layout = Layout(Reports(worklist, say, measured, "0.0").session(), say)
    told = "".join(f"{one}\n" for one in (*head(layout), *foot(layout), *blocks(layout)))
    golden(f"session-{code}.pdf.txt", told.encode())
