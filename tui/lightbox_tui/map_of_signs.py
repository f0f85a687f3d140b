"""A similarity map in signs that every console has."""

from __future__ import annotations

from rich.text import Text

from lightbox_edge.asking import CoarseMap

_SIGNS = " .:-=+*#%@"  # of a map's levels: every console has them
_BEST, _LUNG = "X", "'"  # where the words fit best; a lung where nothing was looked for


def drawn(coarse: CoarseMap) -> Text:
    """A map in signs, lungs in bold; nothing where nothing was looked for."""
    text = Text()
    for row, (levels, lungs) in enumerate(zip(coarse.levels, coarse.lungs, strict=True)):
        for column, (level, lung) in enumerate(zip(levels, lungs, strict=True)):
            best = (row, column) == coarse.maximum
            sign = _BEST if best else _SIGNS[level] if level >= 0 else _LUNG if lung else " "
            text.append(sign, "reverse bold" if best else "bold" if lung else "dim")
        text.append("\n")
    text.rstrip()
    return text
