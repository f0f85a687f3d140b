"""The looks to choose from: dark, light, and one for old consoles.

The colours are those of Okabe and Ito (Color Universal Design, 2008), which people with any kind of colour
blindness tell apart. On white they are darker, so that each has the contrast of WCAG 2.2 AA (1.4.3), 4.5:1,
and blue stands for yellow: of what is dark enough, those four lie furthest apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

from textual.theme import Theme

Look = Literal["dark", "light", "ascii"]
LOOKS: Final[tuple[Look, ...]] = get_args(Look)

_OLD_CONSOLES = ("linux", "vt100", "vt102", "vt220", "dumb", "ansi", "cons25")  # values of TERM


def _variables(ink: str, on: str, emphasis: str) -> dict[str, str]:
    """What Textual would mix of the others: the cursor's colours, and those that words are written in."""
    return {
        "block-cursor-background": emphasis,
        "block-cursor-foreground": on,
        "block-cursor-blurred-background": emphasis,
        "block-cursor-blurred-foreground": on,
        "footer-key-foreground": emphasis,
        "text-error": ink,
        "text-warning": ink,
    }


DARK = Theme(
    "lightbox-dark",
    primary="#56B4E9", secondary="#009E73", accent="#CC79A7",
    error="#D55E00", warning="#F0E442", success="#009E73",
    foreground="#E6E6E6", background="#101010", surface="#181818", panel="#242424",
    variables=_variables("#D55E00", "#101010", "#56B4E9"),
)  # fmt: skip
LIGHT = Theme(
    "lightbox-light", dark=False,
    primary="#006AA6", secondary="#00402E", accent="#8C5373",
    error="#A64900", warning="#006AA6", success="#00402E",
    foreground="#101010", background="#FFFFFF", surface="#F4F4F4", panel="#E6E6E6",
    variables=_variables("#A64900", "#FFFFFF", "#006AA6"),
)  # fmt: skip
# The eight colours that every console has as grounds, sixteen as inks: what is sent is what is shown.
ASCII = Theme(
    "lightbox-ascii",
    primary="#00AAAA", secondary="#00AAAA", accent="#FF55FF",
    error="#FF5555", warning="#FFFF55", success="#55FF55",
    foreground="#FFFFFF", background="#000000", surface="#000000", panel="#000000", boost="#000000",
    variables={
        **_variables("#FF5555", "#000000", "#AAAAAA"),
        "footer-key-foreground": "#FFFF55",
        "scrollbar": "#AAAAAA",
        "scrollbar-background": "#000000",
        "border-blurred": "#AAAAAA",
    },
)  # fmt: skip
THEMES: Final[Mapping[Look, Theme]] = {"dark": DARK, "light": LIGHT, "ascii": ASCII}


def look_for(environment: Mapping[str, str], encoding: str | None) -> Look:
    """The look for a terminal that says so much of itself: ``ascii`` where it may know no other signs."""
    old = environment.get("TERM", "").partition("-")[0] in _OLD_CONSOLES
    speaks_unicode = (encoding or "").lower().replace("-", "").startswith("utf")
    return "ascii" if old or not speaks_unicode else "dark"
