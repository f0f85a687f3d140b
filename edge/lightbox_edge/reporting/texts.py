"""Texts of others on their way to a page: names, notes and paths may hold anything."""

from __future__ import annotations

from unicodedata import category


def plain(text: str) -> str:
    r"""A text with each sign that does not print as its escape, ``\n`` or ``\u202e``.

    So nobody's text starts a line of its own or turns the direction of what follows. Spaces of every width
    stay.
    """
    if text.isprintable():
        return text
    return "".join(sign if _is_shown(sign) else escaped(sign) for sign in text)


def escaped(sign: str) -> str:
    r"""A sign by its number, as ``\u202e``."""
    return sign.encode("unicode_escape").decode("ascii")


def _is_shown(sign: str) -> bool:
    return sign.isprintable() or category(sign) == "Zs"
