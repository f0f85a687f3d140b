"""Signs that every console has, instead of those that Textual draws frames, bars and arrows with.

Its widgets draw some whatever the style sheet says (the ends of a scrollbar, the icon, the dots of a PIN), so
they are replaced where all of them pass by: in the lines that go to the terminal.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_LETTERS = 0x250  # below are the letters of Latin scripts, above them what old consoles seldom have
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("─━┄┈╌═▔▁▂▃▄▀", "-"),
        **dict.fromkeys("│┃┆┊╎║▌▐▊▎▏▕▋▍▉", "|"),
        **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯┏┓┗┛╔╗╚╝╠╣╦╩╬▛▜▙▟▗▖▝▘", "+"),
        **dict.fromkeys("█▇▆▅", "#"),
        "▓": "#", "▒": ":", "░": ".",
        **dict.fromkeys("•●◉⬤", "*"),
        **dict.fromkeys("○⭘◌", "o"),
        **dict.fromkeys("\u2013\u2014\u2212", "-"),  # dashes and the minus
        "↑": "^", "▲": "^", "↓": "v", "▼": "v", "←": "<", "◀": "<", "→": ">", "▶": ">",
        "…": "~", "×": "x", "·": ".", "✓": "v", "⏎": "<", "↵": "<", "\u00a0": " ",
    }
)  # fmt: skip


class PlainSigns(LineFilter):
    """Draws with ASCII; letters stay, as far as the terminal's encoding has them.

    Args:
        encoding: the one of the stream that is drawn on.
    """

    def __init__(self, encoding: str = "ascii") -> None:
        super().__init__()
        self._encoding = encoding

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            one if one.text.isascii() else Segment(plain(one.text, self._encoding), one.style, one.control)
            for one in segments
        ]


@lru_cache(4096)
def plain(text: str, encoding: str) -> str:
    """The text with plain signs, as wide as before."""
    return "".join(_plain(sign, encoding) for sign in text.translate(_SIGNS))


def _plain(sign: str, encoding: str) -> str:
    if sign.isascii() or (ord(sign) < _LETTERS and _has(encoding, sign)):
        return sign
    bare = unicodedata.normalize("NFKD", sign)[:1]
    return bare if bare.isascii() and cell_len(sign) == 1 else "?" * cell_len(sign)


def _has(encoding: str, sign: str) -> bool:
    try:
        sign.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
