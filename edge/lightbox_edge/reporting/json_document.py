"""A report as one JSON document, a film a line, written film by film; its keys: docs/report.md."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from lightbox_edge.reporting.headings import Report


def json_document(report: Report) -> Iterator[bytes]:
    """The document in parts: the heading's keys, then ``films``; the same report gives the same bytes."""
    yield msgspec.json.encode(report.heading).removesuffix(b"}") + b',"films":['
    before = b"\n"
    for film in report.films:
        yield before + msgspec.json.encode(film)
        before = b",\n"
    yield b"\n]}\n"
