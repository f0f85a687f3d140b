"""What comes out of looking for a region: a plain frozen record, and its JSON line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec
import numpy as np
from numpy.typing import NDArray

from lightbox_edge.thorax import Width

Mask = NDArray[np.bool_]
Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels of the stored picture
Point = tuple[float, float]  # x, y in the same
Measurements = Mapping[str, object]  # what msgspec can write as JSON


@dataclass(frozen=True, slots=True)
class Region:
    """One target on one film.

    Attributes:
        target: ``lung_left``, ``lung_right`` (the patient's), ``heart``, a finding, ``box`` or ``point``.
        box: around the mask, or where the mask was looked for; None where nothing says where.
        mask: (rows, columns) of the stored picture; None where there is no region.
        predicted_iou: what the segmenter expects of its mask; None where it did not run.
        measurements: by name; ``reason`` is there where ``mask`` is None.
        maximum: where the words fit best, of a finding with a similarity map.
        widths: those of the cardiothoracic ratio by name, of the heart and of cardiomegaly.
        log_odds: a finding's similarity map on the film, (rows, columns) at the image encoder's scale.
    """

    target: str
    box: Box | None = None
    mask: Mask | None = None
    predicted_iou: float | None = None
    measurements: Measurements = field(default_factory=dict)
    maximum: Point | None = None
    widths: Mapping[str, Width] = field(default_factory=dict)
    log_odds: NDArray[np.float32] | None = None

    @property
    def reason(self) -> str:
        """Why there is no region; empty where there is one."""
        return str(self.measurements.get("reason", ""))

    def told(self) -> dict[str, object]:
        """The measurements with what is drawn of them, as JSON has them."""
        told = dict(self.measurements)
        if self.maximum is not None:
            told["maximum"] = [round(one, 1) for one in self.maximum]
        if self.widths:
            told["lines"] = {
                name: {"row": one.row, "left": one.left, "right": one.right}
                for name, one in self.widths.items()
            }
        return told

    def json(self, path: str, mask_file: str | None) -> bytes:
        """One line of ``lightbox regions --json``, without its newline."""
        return msgspec.json.encode(
            {
                "path": path,
                "target": self.target,
                "box": None if self.box is None else [round(side, 1) for side in self.box],
                "mask": mask_file,
                "predicted_iou": None if self.predicted_iou is None else round(self.predicted_iou, 4),
                "measurements": self.told(),
            }
        )


def no_region(target: str, reason: str) -> Region:
    """A target that is not there, and why."""
    return Region(target, measurements={"reason": reason})
