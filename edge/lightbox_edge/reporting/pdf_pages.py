"""A report as PDF on A4, by ReportLab, in the font that comes with it: the one file that imports it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from html import escape
from importlib.resources import files
from typing import Any

from PIL import Image
from reportlab import rl_config
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    LongTable,
    PageTemplate,
    Paragraph,
    Table,
)

from lightbox_edge.printable import escaped_sign
from lightbox_edge.reporting.labels import title
from lightbox_edge.reporting.layout import Layout
from lightbox_edge.reporting.pdf_blocks import Beside, Block, Film, Rows, Words, blocks, foot, head
from lightbox_edge.reporting.texts import plain

MARGIN, GAP = 16 * mm, 5 * mm
WIDTH = A4[0] - 2 * MARGIN
PICTURE = 68 * mm  # its longest side
ROOM = 90 * mm  # that a film wants on the page where it starts
INK, SOFT, LINE, RED = (HexColor(f"#{colour}") for colour in ("1c2430", "5b6675", "d9dee5", "b3372b"))
SIZES = {"title": 15.0, "heading": 12.0, "film": 10.5, "label": 9.0, "text": 9.0, "soft": 7.0, "cell": 7.5}
BEFORE = {"title": 0.0, "heading": 14.0, "film": 14.0, "label": 6.0, "text": 2.0, "soft": 3.0, "cell": 0.0}
BOLD = ("title", "heading", "label")
REGULAR, HEAVY = "Vera", "VeraBd"  # Bitstream Vera: all letters of Western Europe, embedded
PAGES = "pages"  # a form, drawn on each page and defined when all are there


def pdf_pages(layout: Layout) -> bytes:
    """The document; the same report and pictures give the same bytes."""
    rl_config.useA85 = 0  # streams as they are, a fifth smaller
    _register()
    above, below = _flow(head(layout)), _flow(foot(layout))
    top, bottom = A4[1] - MARGIN - _height(above), MARGIN + _height(below)

    def frame_page(canvas: Any, document: Any) -> None:
        _draw(above, canvas, A4[1] - MARGIN)
        _draw(below, canvas, bottom)
        canvas.setStrokeColor(RED)
        canvas.line(MARGIN, top - 2 * mm, MARGIN + WIDTH, top - 2 * mm)
        canvas.setFont(REGULAR, SIZES["soft"])
        canvas.drawRightString(MARGIN + WIDTH - 6 * mm, MARGIN - GAP, f"{document.page} /")
        canvas.doForm(PAGES)

    frame = Frame(MARGIN, bottom + GAP, WIDTH, top - bottom - 2 * GAP, 0, 0, 0, 0)
    out = io.BytesIO()
    document = BaseDocTemplate(
        out,
        pagesize=A4,
        invariant=1,
        lang=layout.say.code,
        title=plain(title(layout.report.heading, layout.say)),
        author="Lightbox",
        initialFontName=REGULAR,
    )
    document.addPageTemplates(PageTemplate("page", [frame], onPage=frame_page))
    document.build(_flow(blocks(layout)), canvasmaker=_Counting)
    return out.getvalue()


class _Counting(Canvas):  # type: ignore[misc]  # ReportLab has no types
    """A canvas that knows in the end how many pages it has."""

    def save(self) -> None:
        self.beginForm(PAGES)
        self.setFont(REGULAR, SIZES["soft"])
        self.drawString(MARGIN + WIDTH - 5 * mm, MARGIN - GAP, f"{self.getPageNumber() - 1}")
        self.endForm()
        super().save()


class _Jpeg(Flowable):  # type: ignore[misc]  # ReportLab has no types
    """A picture as it is, whose longer side is `PICTURE`; nothing that is decoded of it stays."""

    def __init__(self, jpeg: bytes) -> None:
        super().__init__()
        self._jpeg = jpeg
        with Image.open(io.BytesIO(jpeg)) as image:
            scale = PICTURE / max(image.size)
            self.width, self.height = (scale * side for side in image.size)

    def draw(self) -> None:
        reader = ImageReader(io.BytesIO(self._jpeg))
        self.canv.drawImage(reader, 0, 0, self.width, self.height)
        del reader.jpeg_fh  # its own method: a cycle, and 3 MB a film until it is collected


def _flow(parts: Iterable[Block]) -> list[Any]:
    return [flowable for part in parts for flowable in _flowables(part)]


def _flowables(part: Block) -> Iterator[Any]:
    match part:
        case Words():
            yield _paragraph(part)
        case Rows():
            yield _table(part)
        case Beside():
            yield from _beside(part)
        case Film():
            yield CondPageBreak(ROOM)


def _paragraph(words: Words) -> Any:
    lead = f'<font name="{HEAVY}">{_markup(words.lead)}</font>&nbsp; ' if words.lead else ""
    return Paragraph(lead + _markup(words.text), _style(words.style))


def _style(name: str) -> Any:
    return ParagraphStyle(
        name,
        fontName=HEAVY if name in BOLD else REGULAR,
        fontSize=SIZES[name],
        leading=1.3 * SIZES[name],
        spaceBefore=BEFORE[name],
        textColor=SOFT if name == "soft" else INK,
        keepWithNext=name in ("heading", "film", "label"),
    )


def _beside(part: Beside) -> Iterator[Any]:
    if part.jpeg is None:
        yield from _flow((*part.words, *part.under))
        return
    left = [_Jpeg(part.jpeg), *_flow(part.under)]
    shares = [PICTURE + GAP, WIDTH - PICTURE - GAP]
    plain_cells = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0)]
    yield Table([[left, _flow(part.words)]], shares, style=plain_cells, splitInRow=1)


def _table(part: Rows) -> Any:
    style, bold = _style("cell"), ParagraphStyle("columns", _style("cell"), fontName=HEAVY)
    names = [Paragraph(_markup(name), bold) for name in part.columns]
    cells = [[Paragraph(_markup(cell), style) for cell in row] for row in part.rows]
    lines = [
        ("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ]
    shares = [WIDTH * share for share in part.shares]
    return LongTable([names, *cells], shares, style=lines, repeatRows=1, splitInRow=1, spaceBefore=4)


def _height(flowables: Iterable[Any]) -> float:
    return sum(float(one.wrap(WIDTH, A4[1])[1]) for one in flowables)


def _draw(flowables: Iterable[Any], canvas: Any, top: float) -> None:
    for one in flowables:
        top -= one.wrap(WIDTH, A4[1])[1]
        one.drawOn(canvas, MARGIN, top)


def _markup(text: str) -> str:
    r"""A text as a paragraph takes it; a letter that the font lacks is told by its number, as ``\u0645``."""
    letters = pdfmetrics.getFont(REGULAR).face.charToGlyph
    known = plain(text).replace("\u202f", "\xa0")  # a narrow space is none too
    return escape(
        "".join(sign if ord(sign) in letters else escaped_sign(sign) for sign in known), quote=False
    )


def _register() -> None:
    for name in (REGULAR, HEAVY):
        font = files("reportlab").joinpath("fonts", f"{name}.ttf")
        pdfmetrics.registerFont(TTFont(name, str(font)))
