"""Do the maps of a bundle point at what readers drew? Maximum inside a box, beside chance and the centre.

Boxes are NIH's and RSNA's readers' and JSRT's nodules; gb_seg has masks of ground glass and consolidation.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from lightbox_edge.judging import Model
from lightbox_edge.loading import read_film
from lightbox_edge.masks_measuring import box_around, iou_of
from lightbox_edge.preprocess import fitted_size, preprocess
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.regions.organs import Organs, thorax_box
from lightbox_edge.regions.prompting import Place, place_of
from lightbox_edge.regions.records import Box
from lightbox_edge.regions.similarity import on_film, similarity_map
from lightbox_edge.scoring import Features
from lightbox_export.recipe import load_recipe

Mask = NDArray[np.bool_]
GB_SEG = {"ground_glass_opacities": "lung opacity", "consolidation": "consolidation"}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A film with what readers drew of one finding: boxes, and their area as a mask at the stored size."""

    source: str
    finding: str
    radiograph: Radiograph
    area: Mask
    boxes: tuple[Box, ...]


def drawn_findings(data: Path, model: Model, split: str, films: int | None) -> Iterator[Drawn]:
    """Films with boxes or masks of findings that the model looks for; ``films`` of each source, spread."""
    found: dict[str, list[tuple[dict[str, str], str]]] = defaultdict(list)
    named = {box: one.name for one in load_recipe("chest-open").finding for box in one.boxes}
    with (data / "labels.csv").open(newline="", encoding="utf-8") as table:
        for row in csv.DictReader(table):
            if row["split"] != split:
                continue
            for finding in dict.fromkeys(named.get(box[0], "") for box in _boxes(row)):
                if finding:
                    found[row["source"]].append((row, finding))
            if row["source"] == "gb_seg":
                found["gb_seg"] += [(row, kind) for kind in GB_SEG if kind in row["masks"]]
    known = {criterion.name for criterion in model.criteria}
    for source, rows in found.items():
        step = max(1, len(rows) // films) if films else 1
        for row, what in rows[::step][:films]:
            radiograph = read_film(data / row["file"], 512)
            finding = GB_SEG.get(what, what)
            if source == "gb_seg":
                files = [name for name in row["masks"].split("|") if what in name]
                area = np.asarray(Image.open(data / files[0])) > 0
                boxes = (box_around(area),) if area.any() else ()
            else:
                rows_, columns = radiograph.stored_size
                boxes = tuple(
                    (left * columns, top * rows_, right * columns, bottom * rows_)
                    for name, left, top, right, bottom in _boxes(row)
                    if named.get(name) == what
                )
                area = np.logical_or.reduce([filled(box, radiograph.stored_size) for box in boxes])
            if finding in known and area.any():
                yield Drawn(
                    source if source != "gb_seg" else f"gb_seg {what}", finding, radiograph, area, boxes
                )


def film_map(model: Model, radiograph: Radiograph, finding: str) -> Features:
    """A finding's map on the film, at the image encoder's scale."""
    how = model.preprocessing
    patches = model.run(preprocess(radiograph, how)[np.newaxis]).patch_features
    if patches is None:
        raise SystemExit("The bundle gives no patch_features.")
    criterion = next(one for one in model.criteria if one.name == finding)
    log_odds = similarity_map(patches[0], criterion.text_features, model.logit_scale)
    return on_film(log_odds, how.input_size, fitted_size(radiograph.stored_size, how.input_size))


def place_on(model: Model, drawn: Drawn, organs: Organs) -> Place | None:
    size = drawn.radiograph.stored_size
    return place_of(film_map(model, drawn.radiograph, drawn.finding), size, thorax_box(organs))


def holds(area: Mask, x: float, y: float) -> bool:
    return bool(area[min(int(y), area.shape[0] - 1), min(int(x), area.shape[1] - 1)])


def best_iou(box: Box | None, drawn: Drawn) -> float:
    """Of a box with the nearest of the drawn ones; 0 where there is none."""
    size = drawn.radiograph.stored_size
    if box is None:
        return 0.0
    return max(iou_of(filled(box, size), filled(one, size)) for one in drawn.boxes)


def filled(box: Box, size: tuple[int, int]) -> Mask:
    made = np.zeros(size, np.bool_)
    left, top, right, bottom = box
    made[int(top) : max(int(top) + 1, round(bottom)), int(left) : max(int(left) + 1, round(right))] = True
    return made


def _boxes(row: dict[str, str]) -> list[tuple[str, float, float, float, float]]:
    return [tuple(box) for box in json.loads(row["boxes_xyxy_rel"] or "[]")]
