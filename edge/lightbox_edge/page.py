"""Pages that stand alone, in one house style: one file, no script, nothing fetched from anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from importlib.resources import files


def whole_page(title: str, language: str, style: str, body: Iterable[str]) -> Iterator[str]:
    """The lines of a page; ``style`` follows the house's own, ``body`` is HTML already."""
    house = files("lightbox_edge").joinpath("page.css").read_text("utf-8")
    yield f'<!doctype html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(title)}</title>\n<style>\n{house}{style}</style>\n</head>\n<body>"
    yield from body
    yield "</body>\n</html>\n"
