"""Bundle in, bundle with an anatomy network out: train, export, measure, write."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import torch
from PIL import Image
from torch import Tensor

from lightbox_edge.anatomy import AnatomyModel
from lightbox_edge.bundle import Bundle, open_bundle, verify_bundle
from lightbox_edge.bundle_writing import new_bundle, today
from lightbox_edge.manifest import Anatomy, File
from lightbox_edge.masks_measuring import DrawnFilm, anatomy_results
from lightbox_edge.preprocess import OVERSAMPLING, fit, fitted_size, pad, stretch
from lightbox_edge.segmenting import SegmenterModel
from lightbox_export.anatomy.collection import TESTS, taught_films, test_films, undrawn_films
from lightbox_export.anatomy.network import AnatomyNetwork
from lightbox_export.anatomy.redraw import outlined, with_lungs
from lightbox_export.anatomy.train import TARGETS, Plan, train
from lightbox_export.to_onnx import to_onnx

SIZE = 192
TRAIN_SIZE = 256  # so that zooming in stays sharp
PERCENTILES = (0.5, 99.5)
FIRST = Plan(epochs=26)
PLAN = Plan(epochs=24, rounded_epochs=4)
LICENCE = "CC BY-NC-SA 4.0, as most of the films that it learned from; the code is Apache-2.0"
BACKBONE = "EfficientNet-Lite0's first stages with ImageNet weights (Apache-2.0)."
DRAWN = (
    "{count} frontal films of the COVID-19 image data collection (Cohen et al.), mostly CC BY-NC-SA and some "
    "CC BY 4.0, with the lungs that people drew; what is seen of those beside the heart was drawn by "
    "LiteMedSAM or a student of it."
)
OUTLINED = (
    "{count} frontal films of NIH ChestX-ray14 and of Hannover (CC BY 3.0), on which a first network found "
    "the lungs and LiteMedSAM or a student of it drew them."
)


@dataclass(frozen=True, slots=True)
class Lesson:
    """Films (N, 1, H, H) in 0 to 1 and the masks of `TARGETS`, (N, targets, H, H)."""

    films: Tensor
    masks: Tensor


def add_anatomy(
    data: Path, bundle: Path, out: Path, redrawer: Path, plans: tuple[Plan, Plan] = (FIRST, PLAN)
) -> None:
    """Write a copy of a bundle with a network in it that finds the lungs, in fp32, or nothing.

    A first network learns from lungs that people drew, the one that is kept from films that the first found
    them on as well. Their checkpoints lie beside ``out``; a run that was cut off goes on from there.

    Args:
        data: the folder of the open X-ray collection, with its labels.csv.
        bundle: the bundle to add it to; one that it has is replaced.
        out: the new bundle's folder.
        redrawer: a bundle whose segmenter draws the lungs beside the heart, for people drew them whole.
        plans: how to train the first network and the one that is kept.

    Raises:
        LightboxError: the bundle or the data are not right, the checkpoint is of another training, or the
            graph differs from torch's; nothing is written then.
    """
    source = open_bundle(bundle)
    verify_bundle(source)
    segmenter = SegmenterModel(open_bundle(redrawer), "fp32")
    side = round(OVERSAMPLING * TRAIN_SIZE)
    drawn = with_lungs(taught_films(data, side), segmenter)
    out.parent.mkdir(parents=True, exist_ok=True)
    first = _taught(drawn, plans[0], out.with_name(f"{out.name}.first.checkpoint.pt"))
    found = outlined(undrawn_films(data, side), _opened(_record(_in_memory(first)), first), segmenter)
    graph = _taught([*drawn, *found], plans[1], out.with_name(f"{out.name}.checkpoint.pt"))
    learned = (BACKBONE, DRAWN.format(count=len(drawn)), OUTLINED.format(count=len(found)))
    _write(source, graph, learned, data, out)


def _taught(films: Sequence[DrawnFilm], plan: Plan, checkpoint: Path) -> bytes:
    """The ONNX graph of a network that learned from films with masks of `TARGETS`."""
    lesson = lesson_of(films)
    network = AnatomyNetwork(len(TARGETS))
    train(network, lesson.films, lesson.masks, SIZE, plan, checkpoint)
    example = torch.nn.functional.interpolate(lesson.films[:4], size=(SIZE, SIZE), mode="area")
    network.to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]  # torch's stub lacks it
    return to_onnx(network, {"pixels": example}, ("masks",), dynamic=1)


def lesson_of(films: Sequence[DrawnFilm]) -> Lesson:
    """Films and masks as squares of `TRAIN_SIZE`."""
    pixels = [
        pad(stretch(fit(film.radiograph, TRAIN_SIZE), PERCENTILES), TRAIN_SIZE)[np.newaxis] for film in films
    ]
    masks = [
        np.stack([pad(_small(dict(film.masks)[target]), TRAIN_SIZE) for target in TARGETS]) for film in films
    ]
    return Lesson(torch.from_numpy(np.stack(pixels)), torch.from_numpy(np.stack(masks)))


def _small(mask: np.ndarray) -> np.ndarray:
    """Shares of a mask in the pixels of a film whose longer side is `TRAIN_SIZE`, as `fit` makes it."""
    rows, columns = fitted_size((mask.shape[0], mask.shape[1]), TRAIN_SIZE)
    picture = Image.fromarray(mask.astype(np.float32))
    return np.asarray(picture.resize((columns, rows), Image.Resampling.BOX), dtype=np.float32)


def _write(source: Bundle, graph: bytes, learned: tuple[str, ...], data: Path, out: Path) -> None:
    date = today()
    with new_bundle(out) as draft:
        kept = {file.path: file for file in source.files() if not _is_anatomy(source, file)}
        for file in kept.values():
            draft.add(file.path, source.read(file))
        anatomy = _record(draft.add("fp32/anatomy.onnx", graph), learned)
        model = _opened(anatomy, graph)
        results = tuple(
            result
            for tests in TESTS
            for result in anatomy_results(
                model, test_films(data, tests, model.decode_size), tests.dataset, date
            )
        )
        anatomy = msgspec.structs.replace(anatomy, results=results)
        draft.finish_with_card(msgspec.structs.replace(source.manifest, anatomy=anatomy))


def _record(model: File, learned: tuple[str, ...] = ()) -> Anatomy:
    return Anatomy(
        name="lungs by EfficientNet-Lite0",
        licence=LICENCE,
        training_data=learned,
        input_size=SIZE,
        percentiles=PERCENTILES,
        targets=TARGETS,
        model=model,
        precision="fp32",
        results=(),
    )


def _in_memory(graph: bytes) -> File:
    return File("first.onnx", hashlib.sha256(graph).hexdigest(), len(graph))


def _opened(anatomy: Anatomy, graph: bytes) -> AnatomyModel:
    return AnatomyModel(anatomy, graph, "onnxruntime", "cpu")


def _is_anatomy(bundle: Bundle, file: File) -> bool:
    return bundle.manifest.anatomy is not None and file == bundle.manifest.anatomy.model
