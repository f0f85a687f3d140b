"""Do the maps of a bundle point at what readers drew? The maximum in a box, beside chance and the centre.

Boxes are those of NIH's and RSNA's readers and JSRT's nodules; gb_seg has masks of ground glass and
consolidation. What is measured is the very way of `lightbox regions`.
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

from lightbox_edge.anatomy import AnatomyModel
from lightbox_edge.judging import Model
from lightbox_edge.loading import read_film
from lightbox_edge.masks_measuring import box_around, iou_of
from lightbox_edge.preprocess import preprocess
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.regions.maps import FilmMaps, MapKind
from lightbox_edge.regions.organs import Organs, find_organs, thorax_box
from lightbox_edge.regions.prompting import place_of
from lightbox_edge.regions.records import Box
from lightbox_edge.scoring import Features
from lightbox_edge.segmenting import Prompt, SegmenterModel
from lightbox_export.recipe import load_recipe

Mask = NDArray[np.bool_]
Row = dict[str, str]
GB_SEG = {"ground_glass_opacities": "lung opacity", "consolidation": "consolidation"}
DECODED = 512  # the collection's films are no larger


@dataclass(frozen=True, slots=True)
class Drawn:
    """A film with what readers drew of one finding: boxes, and their area at the stored size."""

    source: str
    finding: str
    radiograph: Radiograph
    area: Mask
    boxes: tuple[Box, ...]


def print_pointing(
    data: Path,
    model: Model,
    anatomy: AnatomyModel | None,
    segmenter: SegmenterModel | None,
    films: int | None,
    split: str = "test",
    kind: MapKind = "patches",
) -> None:
    """By source and finding: hits, IoU of the prompt's and the mask's box with the best drawn one."""
    rows: dict[tuple[str, str], list[tuple[float, ...]]] = defaultdict(list)
    for drawn in drawn_findings(data, model, split, films):
        organs = find_organs(anatomy, drawn.radiograph) if anatomy else Organs()
        rows[drawn.source, drawn.finding].append(_measured(model, organs, segmenter, drawn, kind))
    names = (
        "maximum",
        "by chance",
        "centre",
        "chance in thorax",
        "IoU of box",
        "IoU of mask's box",
        "IoU of mask",
    )
    print(f"pointing, {split} films, maps from {kind}; the columns:", ", ".join(names))
    for (source, finding), values in sorted(rows.items()):
        shown = "  ".join(f"{one:.3f}" for one in np.mean(values, axis=0))
        print(f"  {source:<30}{finding:<22}{len(values):>4}  {shown}", flush=True)


def _measured(
    model: Model, organs: Organs, segmenter: SegmenterModel | None, drawn: Drawn, kind: MapKind
) -> tuple[float, ...]:
    size, thorax = drawn.radiograph.stored_size, thorax_box(organs)
    inside = filled(thorax, size) if thorax else np.ones(size, np.bool_)
    place = place_of(film_map(model, drawn.radiograph, drawn.finding, kind), size, thorax)
    chance = float(drawn.area.mean()), float((drawn.area & inside).sum() / inside.sum())
    centre = float(_holds(drawn.area, size[1] / 2, size[0] / 2))
    if place is None:
        return 0.0, chance[0], centre, chance[1], 0.0, 0.0, 0.0
    hit, of_box = float(_holds(drawn.area, *place.maximum)), _best_iou(place.box, drawn)
    if segmenter is None:
        return hit, chance[0], centre, chance[1], of_box, np.nan, np.nan
    mask = segmenter.segment(drawn.radiograph, [Prompt(place.box)])[0].pixels
    of_mask = _best_iou(box_around(mask), drawn) if mask.any() else 0.0
    return hit, chance[0], centre, chance[1], of_box, of_mask, iou_of(mask, drawn.area)


def rows_of(data: Path, source: str, split: str, films: int | None) -> list[Row]:
    """The rows of one source; ``films`` takes that many, spread evenly."""
    with (data / "labels.csv").open(newline="", encoding="utf-8") as table:
        rows = [row for row in csv.DictReader(table) if (row["source"], row["split"]) == (source, split)]
    return _spread(rows, films)


def drawn_findings(data: Path, model: Model, split: str, films: int | None) -> Iterator[Drawn]:
    """Films with what readers drew of findings that the model looks for, ``films`` of each source at most."""
    named = {box: one.name for one in load_recipe("chest-open").finding for box in one.boxes}
    known = {criterion.name for criterion in model.criteria}
    for source in ("nih_talo", "nih_kcr64", "jsrt"):
        rows = [row for row in rows_of(data, source, split, None) if row["boxes_xyxy_rel"]]
        for row in _spread(rows, films):
            radiograph = read_film(data / row["file"], DECODED)
            boxes = _boxes(row, named, radiograph.stored_size)
            for finding in known & set(boxes):
                area = np.logical_or.reduce([filled(box, radiograph.stored_size) for box in boxes[finding]])
                yield Drawn(source, finding, radiograph, area, tuple(boxes[finding]))
    for row in rows_of(data, "gb_seg", split, films):
        radiograph = read_film(data / row["file"], DECODED)
        for file in row["masks"].split("|"):
            kind = next((kind for kind in GB_SEG if file.endswith(f"_{kind}.png")), None)
            area = np.asarray(Image.open(data / file)) > 0 if kind else np.zeros(1, np.bool_)
            if kind and GB_SEG[kind] in known and area.any():
                yield Drawn(f"gb_seg {kind}", GB_SEG[kind], radiograph, area, (box_around(area),))


def film_map(model: Model, radiograph: Radiograph, finding: str, kind: MapKind = "patches") -> Features:
    """A finding's map on the film, as `lightbox_edge.regions.finder` makes it."""
    pixels = preprocess(radiograph, model.preprocessing)
    patches = model.run(pixels[np.newaxis]).patch_features if kind == "patches" else None
    maps = FilmMaps(model, pixels, radiograph.stored_size, None if patches is None else patches[0])
    found = maps.of(next(one for one in model.criteria if one.name == finding))
    assert found.kind == kind
    return found.log_odds


def filled(box: Box, size: tuple[int, int]) -> Mask:
    """A box as a mask."""
    made = np.zeros(size, np.bool_)
    left, top, right, bottom = box
    made[int(top) : max(int(top) + 1, round(bottom)), int(left) : max(int(left) + 1, round(right))] = True
    return made


def _boxes(row: Row, named: dict[str, str], size: tuple[int, int]) -> dict[str, list[Box]]:
    """By finding, in pixels of the stored picture."""
    rows, columns = size
    boxes: dict[str, list[Box]] = defaultdict(list)
    for name, left, top, right, bottom in json.loads(row["boxes_xyxy_rel"]):
        if name in named:
            boxes[named[name]].append((left * columns, top * rows, right * columns, bottom * rows))
    return boxes


def _holds(area: Mask, x: float, y: float) -> bool:
    return bool(area[min(int(y), area.shape[0] - 1), min(int(x), area.shape[1] - 1)])


def _best_iou(box: Box, drawn: Drawn) -> float:
    size = drawn.radiograph.stored_size
    return max(iou_of(filled(box, size), filled(one, size)) for one in drawn.boxes)


def _spread(rows: list[Row], films: int | None) -> list[Row]:
    return rows[:: max(1, len(rows) // films)][:films] if films else rows
