"""Words as HTML has them: escaped, and with a direction of their own where they are somebody's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from lightbox_edge.reporting.texts import plain


def paragraphs(lines: Iterable[str], kind: str = "") -> Iterator[str]:
    """Each line as a paragraph; ``kind`` is an attribute."""
    return (f"<p{kind}>{text(line)}</p>" for line in lines)


def text(words: str) -> str:
    """Words as HTML has them."""
    return escape(plain(words))


def own(words: str) -> str:
    """A text of somebody's own, whose direction is its own affair."""
    return f"<bdi>{text(words)}</bdi>"
