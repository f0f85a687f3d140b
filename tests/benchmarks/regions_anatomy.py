"""Lungs, hearts and cardiothoracic ratios that are found with no prompt, against what people drew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lightbox_edge.anatomy import LUNGS, AnatomyModel
from lightbox_edge.loading import read_film
from lightbox_edge.masks_measuring import dice_of
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.regions.organs import find_organs
from lightbox_edge.thorax import measure_thorax
from tests.benchmarks.regions_pointing import rows_of

Mask = NDArray[np.bool_]
JSRT = {"lung_right": 1, "lung_left": 2, "heart": 4}
# gb_seg's lungs go on behind the heart; what it calls cardiomediastinum is more than the heart.
GB_SEG = {
    "whole_lung_right": "_right_lung.png",
    "whole_lung_left": "_left_lung.png",
    "cardiomediastinum": "_cardiomediastinum.png",
}
CLOSE = 0.03  # of the drawn masks' own cardiothoracic ratio


def print_anatomy(data: Path, anatomy: AnatomyModel, films: int | None) -> None:
    """Mean Dice by source and target, and the share of films with a ratio that is close."""
    dice: dict[tuple[str, str], list[float]] = defaultdict(list)
    off: list[float] = []
    for source in ("jsrt", "gb_seg"):
        for radiograph, drawn in drawn_organs(data, source, anatomy.decode_size, films):
            organs = find_organs(anatomy, radiograph)
            heart = organs.heart if organs.heart is not None else np.zeros(radiograph.stored_size, np.bool_)
            found = {**organs.masks, "heart": heart, "cardiomediastinum": heart}
            for target, mask in drawn.items():
                if target in found:
                    dice[source, target].append(dice_of(found[target], mask))
            if source == "jsrt":
                theirs = measure_thorax(drawn[LUNGS[1]], drawn[LUNGS[0]], drawn["heart"], None)
                assert theirs is not None
                ours = organs.thorax.cardiothoracic_ratio if organs.thorax else np.inf
                off.append(abs(ours - theirs.cardiothoracic_ratio))
    print("mean Dice with no prompt:")
    for (source, target), values in dice.items():
        print(
            f"  {source:<7}{target:<19}{len(values):>4} films {np.mean(values):.4f}, least {min(values):.3f}"
        )
    if off:
        missing = sum(not np.isfinite(one) for one in off)
        close = np.mean(np.array(off) <= CLOSE)
        print(
            f"cardiothoracic ratio within {CLOSE} on {close:.1%} of {len(off)} films, {missing} without one"
        )


def drawn_organs(
    data: Path, source: str, longer_side: int, films: int | None
) -> Iterator[tuple[Radiograph, dict[str, Mask]]]:
    """Films of JSRT or gb_seg with the organs that people drew on them."""
    for row in rows_of(data, source, "test", films):
        radiograph = read_film(data / row["file"], longer_side)
        if source == "jsrt":
            bits = np.asarray(Image.open(data / row["masks"]))
            yield radiograph, {target: (bits & bit) > 0 for target, bit in JSRT.items()}
        else:
            files = row["masks"].split("|")
            yield (
                radiograph,
                {
                    target: np.asarray(Image.open(data / file)) > 0
                    for target, end in GB_SEG.items()
                    for file in files
                    if file.endswith(end)
                },
            )
