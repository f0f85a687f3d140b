"""Where the machine looks on one film, and what it got of it: heavy, so only for the film that is shown."""

from __future__ import annotations

from typing import cast

import numpy as np
from PIL import Image

from lightbox_edge.backends import beside_decoders, usable_cpus
from lightbox_edge.bundle import Bundle
from lightbox_edge.decisions import ReviewRow
from lightbox_edge.errors import LightboxError
from lightbox_edge.judging import Judged, Model
from lightbox_edge.loading import LoadedFrame
from lightbox_edge.manifest import Precision, Preprocessing
from lightbox_edge.preprocess import film_in_square
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.reading.film_frames import FilmFrame
from lightbox_edge.regions import EmbeddingStore, Region, RegionFinder, Wanted
from lightbox_edge.regions.captions import summary
from lightbox_edge.regions.organs import ORGANS
from lightbox_edge.viewing.film import Film, Preset
from lightbox_edge.viewing.looked import Compared, Looked
from lightbox_edge.viewing.marks import Mark, mark_of


class Looker:
    """Finds regions with a bundle's models, which are loaded when they are first needed."""

    def __init__(self, bundle: Bundle) -> None:
        self.preprocessing = bundle.manifest.preprocessing
        self._bundle = bundle
        self._models: dict[str, Model] = {}
        self._finders: dict[str, RegionFinder] = {}
        self._store = EmbeddingStore(None)

    def look(self, row: ReviewRow, frame: LoadedFrame) -> Looked:
        """The regions of a row's film.

        Raises:
            LightboxError: a model is missing or damaged, or there is no picture to look at.
        """
        radiograph = _picture_of(frame)
        model = self._model(row.judge.precision)
        judged = model.judged([frame])[0]
        key = f"{row.result.sha256}#{row.result.frame or 0}"
        regions = self._finder(row.judge.precision).find(key, radiograph, frame.pixels, judged)
        mine = model.judge.id == row.judge.id
        shown = [one for one in regions if mine or one.target in ORGANS]
        told = tuple((one.target, _without_scores(one)) for one in shown)
        marks = tuple(mark_of(one, radiograph.stored_size) for one in shown)
        return Looked(_findings_last(marks, judged), told, not mine)

    def compare(self, row: ReviewRow, frame: LoadedFrame) -> Compared:
        """What the model gets of a film, and what another precision of the bundle says of it."""
        radiograph, how = _picture_of(frame), self.preprocessing
        if frame.pixels is None:
            raise LightboxError(f"The model does not get this film: {frame.reason}")
        own = row.judge.precision
        other = _other_precision(own, tuple(self._bundle.manifest.ladder))
        film = _as_the_model_gets_it(frame, radiograph, how)
        if not other:
            return Compared(film, own=own)
        said = {
            name: tuple(float(one) for one in self._model(name).probabilities(frame.pixels[np.newaxis])[0])
            for name in (own, other)
        }
        return Compared(film, said, own, other)

    def _model(self, precision: str) -> Model:
        if precision not in self._models:
            # ONNX Runtime is always there, and a choice between two would be measured for seconds first.
            self._models[precision] = Model(
                self._bundle,
                precision=cast("Precision", precision),
                backend="onnxruntime",
                threads=beside_decoders(usable_cpus()),
            )
        return self._models[precision]

    def _finder(self, precision: str) -> RegionFinder:
        if precision not in self._finders:
            model = self._model(precision)
            self._finders[precision] = RegionFinder(
                self._bundle, model, Wanted(), self._store, "onnxruntime", threads=usable_cpus()
            )
        return self._finders[precision]


def _picture_of(frame: LoadedFrame) -> Radiograph:
    if frame.radiograph is None:
        raise LightboxError(frame.reason or "There is no picture to look at.")
    return frame.radiograph


def _without_scores(region: Region) -> str:
    """What was measured; the finding's probability stands elsewhere on the screen."""
    scores = ("probability", "threshold", "flagged", "validated")
    told = {name: value for name, value in region.measurements.items() if name not in scores}
    return summary(Region(region.target, region.box, region.mask, region.predicted_iou, told))


def _findings_last(marks: tuple[Mark, ...], judged: Judged) -> tuple[Mark, ...]:
    """Organs first, then the findings with the likeliest first: its map is the one that is shown."""
    likely = {one.name: one.probability for one in judged.outcome.findings}
    return tuple(sorted(marks, key=lambda mark: -likely.get(mark.target, 2.0)))


def _other_precision(own: str, ladder: tuple[str, ...]) -> str:
    """fp32 beside what was judged in INT8, and the other way round."""
    wanted = [name for name in ladder if (name == "fp32") != (own == "fp32")]
    return wanted[0] if wanted and own in ladder else ""


def _as_the_model_gets_it(frame: LoadedFrame, radiograph: Radiograph, how: Preprocessing) -> Film:
    """Its input without the padding, so that it lies beside the film place by place."""
    assert frame.pixels is not None  # noqa: S101  # its caller has looked
    side = how.input_size
    left, top, right, bottom = (round(one) for one in film_in_square(side, side, radiograph.stored_size))
    unit = np.clip(frame.pixels[0] * np.float32(how.std) + np.float32(how.mean), 0, 1)[top:bottom, left:right]
    gray = np.asarray(Image.fromarray(np.rint(unit * 255).astype(np.uint8)))
    return Film(FilmFrame(Radiograph(gray, radiograph.stored_size)), (Preset("model", 0, 0.5, 1.0),))
