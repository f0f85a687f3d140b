"""``labels.csv`` of the open X-ray collection, turned into what teaches, calibrates and tests.

A case carries, for each finding of the recipe, a target (1 present, 0 absent) and a weight (0 unknown).
The RSNA readers' class wins over ChestX-ray14's labels, which were mined from reports; where nobody read a
film again, what they found elsewhere under the same labels teaches at half weight (`mined`).
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from lightbox_edge.errors import LightboxError
from lightbox_edge.labels import LabelledFilm
from lightbox_export.mined import Row, expected_target, mined_labels, shares_found
from lightbox_export.recipe import Recipe, TaughtFinding

COLUMNS = ("file", "source", "group", "split", "labels", "rsna_class", "boxes_xyxy_rel")
MINED = 0.5  # weight of a mined label beside a reader's
# A reader's box: the place of its finding in the recipe, then left, top, right, bottom in 0 to 1 of the film.
Box = tuple[int, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Case:
    """One film: its file, its part (train, calibration, test), targets and weights by finding, boxes."""

    file: Path
    source: str
    part: str
    targets: tuple[float, ...]
    weights: tuple[float, ...]
    boxes: tuple[Box, ...] = ()

    def labelled(self, recipe: Recipe) -> LabelledFilm:
        """The case as calibration and test want it: present, absent or unknown.

        Mined labels calibrate and test nothing that the RSNA readers decide: only full weights are known.
        """
        truths = {
            finding.name: bool(target) if weight == 1 else None
            for finding, target, weight in zip(recipe.finding, self.targets, self.weights, strict=True)
            if finding.ships
        }
        return LabelledFilm(self.file, self.source, self.part, truths)


def read_cases(folder: Path, recipe: Recipe) -> list[Case]:
    """Read the cases of the recipe's sources; patients never cross from one part to another."""
    wanted = (*recipe.images.sources, *recipe.images.chest_only)
    rows = [row for row in read_rows(folder) if row["source"] in wanted and row["split"] in ("train", "test")]
    teaching = [row for row in rows if _part(row, recipe) == "train"]
    shares = {finding.name: shares_found(teaching, finding.rsna) for finding in recipe.finding}
    return [_case(folder, row, recipe, shares) for row in rows]


def read_rows(folder: Path) -> list[dict[str, str]]:
    """The rows of the collection's labels.csv."""
    table = folder / "labels.csv"
    if not table.is_file():
        raise LightboxError(f"{folder} holds no labels.csv: name the folder of the open X-ray collection.")
    with table.open(newline="", encoding="utf-8") as lines:
        reader = csv.DictReader(lines)
        rows = list(reader)
    for column in COLUMNS:
        if column not in (reader.fieldnames or ()):
            raise LightboxError(f"{table} has no column {column!r}: name the open X-ray collection.")
    return rows


def _case(folder: Path, row: Row, recipe: Recipe, shares: Mapping[str, Mapping[str, float]]) -> Case:
    if row["source"] in recipe.images.sources:
        known = [target_and_weight(finding, row, shares[finding.name]) for finding in recipe.finding]
    else:
        known = [(0.0, 0.0)] * len(recipe.finding)
    return Case(
        file=folder / row["file"],
        source=row["source"],
        part=_part(row, recipe),
        targets=tuple(target for target, _ in known),
        weights=tuple(weight for _, weight in known),
        boxes=_boxes(row, recipe),
    )


def _boxes(row: Row, recipe: Recipe) -> tuple[Box, ...]:
    """The boxes that readers drew around the recipe's findings."""
    drawn = json.loads(row["boxes_xyxy_rel"] or "[]")
    return tuple(
        (place, *box)
        for place, finding in enumerate(recipe.finding)
        for name, *box in drawn
        if name in finding.boxes
    )


def _part(row: Row, recipe: Recipe) -> str:
    """Split a fixed share of the training patients off for calibration, by a salted hash of their group."""
    if row["split"] == "test":
        return "test"
    drawn = draw(str(recipe.images.calibration_salt), row["group"])
    return "calibration" if drawn < recipe.images.calibration_share else "train"


def draw(salt: str, group: str) -> float:
    """A number from 0 to 1 that depends on nothing but the salt and the patient."""
    return int.from_bytes(hashlib.sha256(f"{salt}{group}".encode()).digest()[:4], "big") / 2**32


def target_and_weight(
    finding: TaughtFinding, row: Row, shares: Mapping[str, float] = MappingProxyType({})
) -> tuple[float, float]:
    """What one row of labels.csv says about one finding: (target, weight).

    Args:
        finding: of the recipe.
        row: of labels.csv.
        shares: what the RSNA readers found under each mined label; without any, the labels are believed.
    """
    labels = mined_labels(row)
    if finding.rsna and row["rsna_class"]:
        return (1.0, 1.0) if row["rsna_class"] in finding.rsna else (0.0, 1.0)
    if finding.rsna and (expected := expected_target(labels, shares)) is not None:
        return expected, MINED
    present = labels != {"No Finding"} if finding.labels == ("*",) else bool(labels & set(finding.labels))
    return float(present), MINED if finding.rsna else 1.0
