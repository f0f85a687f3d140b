"""Text from a file on its way to a terminal."""

from __future__ import annotations


def printable(text: str) -> str:
    """The text on one line, without what a terminal might obey."""
    return "".join(
        sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text.replace("\t", " ")
    )
