"""Drawn films whose hearts are small or large, for a tiny bundle that weighs the cardiothoracic ratio."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lightbox_edge.labels import LabelledFilm
from lightbox_edge.manifest import Descriptor, Finding
from tests.tiny import PARTS

SIDE = 256
THORAX = 0.8  # of the film
HEART = Finding("cardiomegaly", (Descriptor("The heart is large.", "The heart is not large."),))


def chest(width: float) -> NDArray[np.uint8]:
    """A bright film with two gray lungs, and low between them a heart of ``width`` of the film."""
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    off = np.abs(x - 0.5)
    inner = 0.06 + (width / 2 - 0.06) * np.clip((y - 0.4) / 0.25, 0, 1)
    diaphragm = 0.75 + 0.4 * (off - width / 2)  # a lung's lowest point is at the ribs
    lungs = (off > inner) & (off < THORAX / 2) & (y > 0.15) & (y < diaphragm)
    film = np.where(lungs, 120, 220).astype(np.uint8)
    film[-SIDE // 10 :, : SIDE // 10] = 20  # so that lungs are neither black nor white
    return film


def write_hearts(folder: Path, count: int) -> list[LabelledFilm]:
    """Films by number; four of eight have cardiomegaly, and most of these a wider heart than the others."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = np.random.default_rng(3)
    films = []
    for number in range(count):
        ill = bool(number // 4 % 2)
        noise = chance.normal(0, 6, (SIDE, SIDE))
        drawn = chest(chance.normal(0.36 if ill else 0.28, 0.05)) + noise
        file = folder / f"{number:03}.png"
        Image.fromarray(drawn.clip(0, 255).astype(np.uint8)).save(file)
        films.append(LabelledFilm(file, "made", PARTS[number % 4], {HEART.name: ill}))
    return films
