"""A report as the bytes of a format, and the files of a folder of reports."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from types import TracebackType
from typing import Literal

from lightbox_edge.bundle import Bundle
from lightbox_edge.languages import Language
from lightbox_edge.reporting.csv_table import csv_lines
from lightbox_edge.reporting.headings import Report
from lightbox_edge.reporting.html_page import html_page
from lightbox_edge.reporting.json_document import json_document
from lightbox_edge.reporting.layout import Layout, Pictures
from lightbox_edge.reporting.measured import precision_used
from lightbox_edge.reporting.pictures import FilmPictures, Picture
from lightbox_edge.reporting.records import FilmReport
from lightbox_edge.worklist import Worklist

Format = Literal["csv", "json", "html", "pdf"]

# Names that no system changes or forbids: no capitals, and none of Windows' devices.
_FREE = re.compile(r"(?!(?:con|prn|aux|nul|com\d|lpt\d)$)[a-z0-9][a-z0-9_-]{0,60}")
_SIGNS = re.compile(r"[^\w-]+", re.ASCII)


class Writer:
    """Writes reports of one worklist in one format; a context manager.

    Args:
        worklist: whose reports they are.
        say: their language.
        bundle: draws the outlines; None where none is at hand.
        kind: the format.
        pictures: of which films, in HTML and PDF.
    """

    def __init__(
        self, worklist: Worklist, say: Language, bundle: Bundle | None, kind: Format, pictures: Pictures
    ) -> None:
        self.kind, self._say, self._pictures = kind, say, pictures
        self._worklist, self._bundle = worklist, bundle
        self._maker: FilmPictures | None = None

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._maker:
            self._maker.__exit__(kind, error, trace)

    def parts(self, report: Report) -> Iterator[bytes]:
        """The bytes of a report, a film at a time; a PDF is whole in memory."""
        match self.kind:
            case "csv":
                yield from (line.encode() for line in csv_lines(self._worklist, report.rows))
            case "json":
                yield from json_document(report)
            case "html":
                yield from html_page(self._layout(report))
            case "pdf":
                from lightbox_edge.reporting.pdf_pages import pdf_pages  # ReportLab takes half a second

                yield pdf_pages(self._layout(report))

    def _layout(self, report: Report) -> Layout:
        return Layout(report, self._say, self._pictures, self._film_pictures)

    def _film_pictures(self, films: list[FilmReport]) -> list[Picture]:
        """Opens the bundle's models when the first film wants a picture."""
        if self._maker is None:
            precision = precision_used(self._worklist, self._bundle)
            self._maker = FilmPictures(self._worklist, self._say, self._bundle, precision)
        return self._maker.of(films)


def file_name(report: Report, kind: Format) -> str:
    """How the file of a patient's report is called; no two patients of a worklist have the same."""
    patient = report.heading.patient
    if patient and _FREE.fullmatch(patient):
        return f"{patient}.{kind}"
    film = next(iter(report.films))
    whole = patient or film.sha256 or film.path
    words = _SIGNS.sub("-", patient or "film").strip("-")[:60]
    return f"{words or 'patient'}~{hashlib.sha256(whole.encode()).hexdigest()[:12]}.{kind}"
