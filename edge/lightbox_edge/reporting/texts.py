"""Texts of others on their way to a page: names, notes and paths may hold anything."""

from __future__ import annotations

from unicodedata import category

from lightbox_edge.printable import escaped_sign


def plain(text: str) -> str:
    r"""A text with each sign that does not print as its escape, ``\n`` or ``\u202e``.

    So nobody's text starts a line of its own or turns the direction of what follows. Spaces of every width
    stay.
    """
    if text.isprintable():
        return text
    return "".join(sign if _is_shown(sign) else escaped_sign(sign) for sign in text)


def _is_shown(sign: str) -> bool:
    return sign.isprintable() or category(sign) == "Zs"
