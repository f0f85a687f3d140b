"""Colours that everybody can read and tell apart, and signs that every console can draw."""

from __future__ import annotations

import math
from itertools import combinations, product

import numpy as np
import pytest
from numpy.typing import NDArray
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import BLACK, Color, Lab, rgb_to_lab
from textual.theme import Theme

from lightbox_tui.plain_signs import PlainSigns, plain
from lightbox_tui.themes import ASCII, DARK, LIGHT, Look, look_for

OKABE_ITO = ("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7")
# Machado, Oliveira and Fernandes 2009, at their full severity, on linear RGB.
BLINDNESS = {
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "deuteranopia": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "tritanopia": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}
AA = 4.5  # WCAG 2.2, 1.4.3: contrast of text
APART = 15  # in CIE Lab; 2 is what one just sees


def linear(colour: str) -> NDArray[np.float64]:
    """Shares of red, green and blue light."""
    shares = np.array(Color.parse(colour).normalized)
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def contrast(first: str, second: str) -> float:
    """By WCAG 2.2's definition of relative luminance."""
    darker, lighter = sorted(linear(one) @ (0.2126, 0.7152, 0.0722) for one in (first, second))
    return float((lighter + 0.05) / (darker + 0.05))


def seen(colour: str, blindness: str) -> Lab:
    shares = np.clip(np.array(BLINDNESS[blindness]) @ linear(colour), 0, 1)
    bent = np.where(shares <= 0.0031308, 12.92 * shares, 1.055 * shares ** (1 / 2.4) - 0.055)
    red, green, blue = np.rint(255 * bent).astype(int).tolist()
    return rgb_to_lab(Color(red, green, blue))


@pytest.mark.parametrize("theme", [DARK, LIGHT, ASCII], ids=lambda theme: theme.name)
def test_what_is_written_has_the_contrast_of_wcag_aa(theme: Theme) -> None:
    made = theme.to_color_system().generate()
    words = ("foreground", "error", "warning", "success", "accent", "text-error", "text-warning")
    pairs = [
        *product(words, ("background", "surface")),
        ("foreground", "panel"),
        ("footer-key-foreground", "panel"),
        ("block-cursor-foreground", "block-cursor-background"),
    ]
    poor = [pair for pair in pairs if contrast(made[pair[0]], made[pair[1]]) < AA]
    assert poor == []


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("blindness", BLINDNESS)
def test_the_four_colours_of_triage_are_told_apart(theme: Theme, blindness: str) -> None:
    colours = [one for one in (theme.error, theme.warning, theme.success, theme.accent) if one]
    assert len(colours) == 4
    for first, second in combinations(colours, 2):
        assert math.dist(seen(first, blindness), seen(second, blindness)) > APART, (first, second)


def test_the_colours_are_okabe_and_itos() -> None:
    hues = [Color.parse(one).hsl.h for one in OKABE_ITO]
    for theme in (DARK, LIGHT):
        for colour in (theme.error, theme.warning, theme.success, theme.accent, theme.primary):
            assert colour
            assert colour in OKABE_ITO or theme is LIGHT
            assert min(abs(Color.parse(colour).hsl.h - hue) for hue in hues) < 0.01, colour


@pytest.mark.parametrize(
    ("environment", "encoding", "look"),
    [
        ({"TERM": "xterm-256color"}, "utf-8", "dark"),
        ({}, "UTF-8", "dark"),
        ({"TERM": "linux"}, "utf-8", "ascii"),
        ({"TERM": "vt100"}, "utf-8", "ascii"),
        ({"TERM": "vt220-8bit"}, "utf-8", "ascii"),
        ({"TERM": "xterm"}, "latin-1", "ascii"),
        ({"TERM": "xterm"}, None, "ascii"),
    ],
)
def test_an_old_console_gets_the_ascii_look(environment: dict[str, str], encoding: str, look: Look) -> None:
    assert look_for(environment, encoding) == look


@pytest.mark.parametrize(
    ("text", "encoding", "drawn"),
    [
        ("┌─▔▁─┐ │▊▎│ █▇░ •• ⭘ …", "ascii", "+----+ |||| ##. ** o ~"),
        ("a — b ↑ ⏎", "utf-8", "a - b ^ <"),
        ("épanchement œdème ñ", "utf-8", "épanchement œdème ñ"),
        ("épanchement œdème ñ", "latin-1", "épanchement ?dème ñ"),
        ("épanchement ñ", "ascii", "epanchement n"),
        ("Абебе 山", "utf-8", "????? ??"),
    ],
)
def test_signs_become_plain_and_keep_their_width(text: str, encoding: str, drawn: str) -> None:
    assert plain(text, encoding) == drawn
    assert cell_len(drawn) == cell_len(text)


def test_styles_and_plain_text_are_left_as_they_are() -> None:
    segments = [Segment("plain"), Segment("│")]
    first, second = PlainSigns().apply(segments, BLACK)
    assert first is segments[0]
    assert second == Segment("|")
