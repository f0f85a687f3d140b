"""The films that teach the input checks, out of the open X-ray collection."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lightbox_edge.errors import LightboxError
from lightbox_edge.loading import read_film
from lightbox_edge.preprocess import fit
from lightbox_export.looks.copies import FILM_SIDE

ADULT_SOURCES = ("nih_talo", "nih_kcr64", "hannover")  # all of them may be shipped
CHILD_SOURCE = "kermany_paed"  # CC BY 4.0
LATERAL_SOURCE = "cohen"  # the only one with lateral films; for training and testing
CALIBRATION_SHARE = 0.2  # of the patients of the other sources, who only set the limits
CHILD_BELOW_YEARS = 16
_FIT_SIDE = 224
_PARTS = {"train", "train_paediatric"}


@dataclass(frozen=True, slots=True, eq=False)
class Films:
    """N films of the training split.

    Attributes:
        gray: (N, FILM_SIDE, FILM_SIDE) uint8, pressed into a square and stretched.
        child: (N,) whether it shows a child.
        lateral: (N,).
        calibrates: (N,) frontal films of adults that only set the limits.
    """

    gray: NDArray[np.uint8]
    child: NDArray[np.bool_]
    lateral: NDArray[np.bool_]
    calibrates: NDArray[np.bool_]


def read_training_films(data: Path) -> Films:
    """Read the training films of the sources; test patients are not touched.

    Raises:
        LightboxError: the collection is not there, or a film of it cannot be read.
    """
    table = data / "labels.csv"
    if not table.is_file():
        raise LightboxError(f"{data} holds no labels.csv: name the folder of the open X-ray collection.")
    with table.open(newline="", encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["split"] in _PARTS and row["source"] in _SOURCES]
    child = np.array(
        [row["source"] == CHILD_SOURCE or _years(row["age"]) < CHILD_BELOW_YEARS for row in rows]
    )
    kept = np.array([_is_kept(row["group"]) for row in rows])
    adults = np.array([row["source"] in ADULT_SOURCES for row in rows]) & ~child
    chosen = ~kept | adults  # children kept out of training are for the benchmark
    return Films(
        np.stack([_square(data / row["file"]) for row, use in zip(rows, chosen, strict=True) if use]),
        child[chosen],
        np.array([row["view"] == "L" for row in rows])[chosen],
        (kept & adults)[chosen],
    )


_SOURCES = (*ADULT_SOURCES, CHILD_SOURCE, LATERAL_SOURCE)


def held_out(source: str, group: str) -> bool:
    """Whether a film of a training split taught nothing, and so may be measured on."""
    return source in _SOURCES and _is_kept(group)


def _is_child(row: dict[str, str]) -> bool:
    return row["source"] == CHILD_SOURCE or _years(row["age"]) < CHILD_BELOW_YEARS


def _is_kept(group: str) -> bool:
    return hashlib.sha256(f"looks {group}".encode()).digest()[0] / 256 < CALIBRATION_SHARE


def _years(age: str) -> float:
    try:
        return float(age)
    except ValueError:
        return np.inf


def _square(file: Path) -> NDArray[np.uint8]:
    gray = Image.fromarray(fit(read_film(file, _FIT_SIDE), _FIT_SIDE))
    small = np.asarray(gray.resize((FILM_SIDE, FILM_SIDE), Image.Resampling.BOX))
    low, high = np.percentile(small, (0.5, 99.5))
    square: NDArray[np.uint8] = np.rint(np.clip((small - low) / max(high - low, 1e-6), 0, 1) * 255).astype(
        np.uint8
    )
    return square
