"""Burned-in letters, as radiographers leave them on films: sides, projections, rooms, names, dates.

They tell a ward from a clinic and so the sick from the well; pasted at random they tell nothing.
"""

from __future__ import annotations

from functools import lru_cache

import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

SIDES = ("L", "R", "LT", "RT", "(L)", "R.", "L AP", "R PA")
WORDS = (
    *("PORTABLE", "AP", "PA", "SUPINE", "ERECT", "SITTING", "SEMI-ERECT", "MOBILE", "ICU 4", "CHEST PA"),
    *("12-03-2017", "2019/11/30", "08:42", "23:15:07", "DOE J", "ID 0047113", "kVp 85 mAs 2", "F 64Y"),
)
# Heights of letters as shares of the film's side: lead letters are 1 to 4 cm on a film of 40 cm.
SIDE_HEIGHTS = (0.03, 0.045, 0.06, 0.085, 0.11)
WORD_HEIGHTS = (0.02, 0.03, 0.04, 0.055)
WIDEST = 0.32  # of the film's side: a line in a corner is no banner


def paste_letters(films: Tensor, chance: torch.Generator, share: float = 0.5) -> Tensor:
    """Paste one to three markers near the corners of a ``share`` of the films.

    Bright letters on the film itself, bright in a dark box or dark in a bright one.

    Args:
        films: (N, 1, S, S), black at 0; not changed.
        chance: where all randomness comes from.
        share: 0 to 1.
    """
    marked = films.clone()
    side = films.shape[-1]
    stack = letters(side)
    top = float(films.amax())
    for film in marked[:, 0]:
        if torch.rand((), generator=chance) >= share:
            continue
        for corner in torch.randperm(4, generator=chance)[: 1 + int(3 * torch.rand((), generator=chance))]:
            ink = stack[int(torch.randint(len(stack), (), generator=chance))]
            bright, dark, style, *inset = torch.rand(5, generator=chance).tolist()
            (height, width), (down, across) = ink.shape, (int(one**2 * side / 6) for one in inset)
            row = down if corner < 2 else side - height - down
            column = across if corner % 2 else side - width - across
            place = film[row : row + height, column : column + width]
            value, ground = top * (0.65 + 0.35 * bright), top * 0.2 * dark
            if style < 0.6:
                place.add_(ink * (value - place))
            elif style < 0.85:
                place.copy_(ground + ink * (value - ground))
            else:
                place.copy_(value + ink * (ground - value))
    return marked


@lru_cache(maxsize=4)
def letters(side: int) -> tuple[Tensor, ...]:
    """Every marker in every height for films of that side, (height, width) each, ink 0 to 1."""
    return tuple(
        drawn
        for texts, heights in ((SIDES, SIDE_HEIGHTS), (WORDS, WORD_HEIGHTS))
        for text in texts
        for height in heights
        if (drawn := _draw(text, max(4, round(height * side)))).shape[1] <= WIDEST * side
    )


def _draw(text: str, height: int) -> Tensor:
    """One marker whose letters are ``height`` pixels high, from four times that size, with a margin."""
    font = ImageFont.load_default(size=5.6 * height)  # letters are 0.72 of a font's size
    left, top, right, bottom = (int(one) for one in font.getbbox(text))
    margin = height + 4  # a quarter of a letter and a pixel, once it is small
    large = Image.new("L", (right - left + 2 * margin, bottom - top + 2 * margin))
    ImageDraw.Draw(large).text((margin - left, margin - top), text, fill=255, font=font)
    small = large.resize((max(3, large.width // 4), max(3, large.height // 4)), Image.Resampling.BOX)
    return torch.frombuffer(bytearray(small.tobytes()), dtype=torch.uint8).view(small.height, -1) / 255
