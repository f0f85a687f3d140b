"""Text from a file on its way to a person: one line, of a length that can be read, that no terminal obeys.

Terminals get `printable`, paths `escaped`; what is kept becomes a `plain_line`.
"""

from __future__ import annotations

import re

LONGEST = 600  # letters of a sentence
_SHOWN_AT_THE_END = 150

# As a class of a regular expression: C0, C1, line and paragraph separators, what turns the direction of what
# follows (UAX 9), lone surrogates.
OBEYED = r"\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
_OBEYED = re.compile(f"[{OBEYED}]")


def printable(text: str) -> str:
    """The text on one line, without what a terminal might obey."""
    return _OBEYED.sub("\N{REPLACEMENT CHARACTER}", text.replace("\t", " "))


def escaped(text: str) -> str:
    r"""The same with that written as ``\x1b``, so that two names stay two."""
    return _OBEYED.sub(lambda sign: escaped_sign(sign[0]), text)


def escaped_sign(sign: str) -> str:
    r"""A sign by its number, as ``\u202e``."""
    return sign.encode("unicode_escape").decode("ascii")


def plain_line(text: str, longest: int) -> str:
    """The text's printable letters up to so many, with single spaces between its words."""
    printed = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(printed.split())[:longest]


def is_line(text: str) -> bool:
    """Whether a text is one line already, with something to see in it: a name that a list can show."""
    return bool(text.strip()) and not _OBEYED.search(text)


def in_one_line(text: str) -> str:
    """A sentence that quotes what a file says: printable, and cut in its middle where that is endless."""
    line = printable(text)
    if len(line) <= LONGEST:
        return line
    return f"{line[: LONGEST - _SHOWN_AT_THE_END]} ... {line[-_SHOWN_AT_THE_END:]}"
