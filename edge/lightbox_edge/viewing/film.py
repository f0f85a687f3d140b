"""A film as it is looked at: its picture, the windows that are offered, and whether it is the judged one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.manifest import Preprocessing
from lightbox_edge.preprocess import fit
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.reading.film_frames import FilmFrame
from lightbox_edge.reading.tones import Pixels
from lightbox_edge.viewing.view import View

PresetKind = Literal["model", "whole", "lungs", "film"]

# Where no bundle says otherwise; the first are what the repository's bundle and most networks use.
PERCENTILES, BORDER, SIDE = (0.5, 99.5), 0.15, 224
LUNGS = (1.0, 60.0)  # percentiles: on a frontal film lungs are the darker half of what lies inside the border


@dataclass(frozen=True, slots=True)
class Preset:
    """A window that is offered: on which of the film's ranges, its level and width as in `View`.

    ``name`` is the file's own for a window of the file, which may be empty.
    """

    kind: PresetKind
    step: int
    level: float
    width: float
    name: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """A film that was opened.

    ``changed`` says that the file is not the one that was judged. ``presets`` are never empty.
    """

    frame: FilmFrame
    presets: tuple[Preset, ...]
    changed: bool = False

    @property
    def radiograph(self) -> Radiograph:
        """Its picture as the file wants it shown first, which is what a model gets."""
        return self.frame.radiograph

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns) of the picture in memory."""
        rows, columns = self.radiograph.pixels.shape
        return rows, columns

    def range_pixels(self, step: int) -> Pixels:
        """The picture in one of its ranges: 0 is the whole one, the others the file's own VOI steps."""
        return self.frame.pixels(self.frame.steps[step - 1][1] if step else None)


def view_of(film: Film, preset: int, like: View) -> View:
    """``like`` with the window of a film's preset; past the last the first comes again."""
    place = preset % len(film.presets)
    one = film.presets[place]
    return View(
        place, one.step, one.level, one.width, False, like.inverted, like.zoom, like.x, like.y, like.overlay
    )


def presets_of(frame: FilmFrame, how: Preprocessing | None) -> tuple[Preset, ...]:
    """The windows of a film: as the model sees it, the file's own, the lungs, the whole range.

    ``how`` is the preprocessing of the bundle that judges; None takes the usual percentiles.
    """
    side, percentiles, border = (
        (how.input_size, how.percentiles, how.border) if how else (SIDE, PERCENTILES, BORDER)
    )
    most = np.float32(np.iinfo(frame.radiograph.pixels.dtype).max)
    inside = _inside(fit(frame.radiograph, side) / most, border)
    first = 1 if frame.steps else 0  # the range of the radiograph itself
    own = (Preset("film", place, 0.5, 1.0, name) for place, (name, _) in enumerate(frame.steps, start=1))
    whole = Preset("whole", 0, *_spread(frame.pixels(None)))
    return (
        Preset("model", first, *_window(inside, percentiles)),
        *own,
        Preset("lungs", first, *_window(inside, LUNGS)),
        whole,
    )


def _inside(gray: NDArray[np.float32], border: float) -> NDArray[np.float32]:
    rows, columns = (int(border * side) for side in gray.shape)
    return gray[rows : gray.shape[0] - rows, columns : gray.shape[1] - columns]


def _window(gray: NDArray[np.float32], percentiles: tuple[float, float]) -> tuple[float, float]:
    low, high = (float(one) for one in np.percentile(gray, percentiles))
    return (low + high) / 2, max(high - low, 1 / 64)


def _spread(pixels: Pixels) -> tuple[float, float]:
    most = np.iinfo(pixels.dtype).max
    low, high = float(pixels.min()) / most, float(pixels.max()) / most
    return (low + high) / 2, max(high - low, 1 / 64)
