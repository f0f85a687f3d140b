"""``labels.csv`` of the open X-ray collection, turned into what teaches, calibrates and tests.

A case carries, for each finding of the recipe, a target (1 present, 0 absent) and a weight (0 unknown).
The RSNA readers' class wins over ChestX-ray14's labels, which were mined from reports: of 53 films that
they re-read as "No Finding" 34 were not normal, so a mined absence weighs half.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

from lightbox_edge.errors import LightboxError
from lightbox_edge.labels import LabelledFilm
from lightbox_export.recipe import Guest, Recipe, TaughtFinding


@dataclass(frozen=True, slots=True)
class Case:
    """One film: its file, its part (train, calibration, test), and targets and weights by finding."""

    file: Path
    source: str
    part: str
    targets: tuple[float, ...]
    weights: tuple[float, ...]

    def labelled(self, recipe: Recipe) -> LabelledFilm:
        """The case as calibration and test want it: present, absent or unknown.

        Films are tested on full weights alone: mined labels do not test what the RSNA readers decide.
        """
        least = 1.0 if self.part == "test" else 0.5
        truths = {
            finding.name: bool(target) if weight >= least else None
            for finding, target, weight in zip(recipe.finding, self.targets, self.weights, strict=True)
            if finding.ships
        }
        return LabelledFilm(self.file, self.source, self.part, truths)


def read_cases(folder: Path, recipe: Recipe) -> list[Case]:
    """Read the cases of the recipe's sources; patients never cross from one part to another."""
    wanted = (*recipe.images.sources, *recipe.images.chest_only)
    return [
        _case(folder, row, recipe)
        for row in read_rows(folder)
        if row["source"] in wanted and row["split"] in ("train", "test")
    ]


def read_guests(folder: Path, recipe: Recipe) -> list[Case]:
    """Read the films of the recipe's guests, all of part train; other findings than theirs are unknown."""
    return [
        _guest(folder, row, recipe, guest)
        for row in read_rows(folder)
        for guest in recipe.images.guests
        if row["source"] == guest.source and row["split"].startswith("train")
    ]


def read_rows(folder: Path) -> list[dict[str, str]]:
    """The rows of the collection's labels.csv."""
    table = folder / "labels.csv"
    if not table.is_file():
        raise LightboxError(f"{folder} holds no labels.csv: name the folder of the open X-ray collection.")
    with table.open(newline="", encoding="utf-8") as lines:
        reader = csv.DictReader(lines)
        rows = list(reader)
    for column in ("file", "source", "group", "split", "labels", "rsna_class"):
        if column not in (reader.fieldnames or ()):
            raise LightboxError(f"{table} has no column {column!r}: name the open X-ray collection.")
    return rows


def _guest(folder: Path, row: dict[str, str], recipe: Recipe, guest: Guest) -> Case:
    known = [
        target_and_weight(finding, row) if finding.name in guest.findings else (0.0, 0.0)
        for finding in recipe.finding
    ]
    targets, weights = zip(*known, strict=True)
    return Case(folder / row["file"], row["source"], "train", targets, weights)


def _case(folder: Path, row: dict[str, str], recipe: Recipe) -> Case:
    if row["source"] in recipe.images.sources:
        known = [target_and_weight(finding, row) for finding in recipe.finding]
    else:
        known = [(0.0, 0.0)] * len(recipe.finding)
    return Case(
        file=folder / row["file"],
        source=row["source"],
        part=_part(row, recipe),
        targets=tuple(target for target, _ in known),
        weights=tuple(weight for _, weight in known),
    )


def _part(row: dict[str, str], recipe: Recipe) -> str:
    """Split a fixed share of the training patients off for calibration, by a salted hash of their group."""
    if row["split"] == "test":
        return "test"
    drawn = draw(str(recipe.images.calibration_salt), row["group"])
    return "calibration" if drawn < recipe.images.calibration_share else "train"


def draw(salt: str, group: str) -> float:
    """A number from 0 to 1 that depends on nothing but the salt and the patient."""
    return int.from_bytes(hashlib.sha256(f"{salt}{group}".encode()).digest()[:4], "big") / 2**32


def target_and_weight(finding: TaughtFinding, row: dict[str, str]) -> tuple[float, float]:
    """What one row of labels.csv says about one finding: (target, weight)."""
    labels = set(row["labels"].replace("|", ";").split(";"))
    healthy = labels == {"No Finding"}
    if finding.rsna and row["rsna_class"]:
        return (1.0, 1.0) if row["rsna_class"] in finding.rsna else (0.0, 1.0)
    if finding.labels == ("*",):
        return (0.0, 0.5) if healthy else (1.0, 1.0)
    if labels & set(finding.labels):
        return (1.0, 0.6) if finding.rsna else (1.0, 1.0)
    if finding.rsna:
        return (0.0, 0.5) if healthy else (0.0, 0.0)
    return (0.0, 1.0)
