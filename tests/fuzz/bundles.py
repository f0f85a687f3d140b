"""A tiny bundle one of whose files is foreign: its manifest names that file's hash, as a maker's would."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
import numpy as np
from PIL import Image

from lightbox_edge.bundle import Bundle
from lightbox_edge.judging import Model
from lightbox_edge.loading import LoadedFrame
from lightbox_edge.manifest import File, Manifest, OutOfDistribution
from lightbox_edge.text import open_text_encoder
from tests.fuzz.places import SAMPLES, scratch
from tests.fuzz.target import WrongValue
from tests.signed import lay_out_keys

KEYS = "LIGHTBOX_KEYS"
_SENTENCES = (
    "There is fluid.",
    "no fluid in the lung of a clear heart",
    "",
    "\x00 \U0001f600 " + "heart " * 40,
)


@cache
def _tiny() -> Bundle:
    from tests import tiny  # onnx comes with it, which most targets have no use for

    if KEYS not in os.environ:  # tests have set it
        os.environ[KEYS] = str(lay_out_keys(scratch()))
    with Image.open(SAMPLES / "film-05-8-bit.png") as image:
        film = np.asarray(image.convert("L").resize((256, 256)))
    place = scratch() / "tiny"
    films = tiny.write_films(place / "films", lambda number: np.roll(film, number), 8)
    return tiny.write_bundle(place / "bundle", films, segmenter=True)


def prepare() -> Bundle:
    """The bundle, made before workers are forked; and Python has loaded what is used of it."""
    bundle = _tiny()
    model = Model(bundle, precision="fp32", backend="onnxruntime", device="cpu", threads=1)
    model.judged([LoadedFrame(None, np.zeros((1, 64, 64), np.float32))])
    return bundle


@dataclass(frozen=True, slots=True)
class Role:
    """One file of the tiny bundle: which, and how the program uses it."""

    file: Callable[[Manifest], File]
    replaced: Callable[[Manifest, File], Manifest]
    use: Callable[[Bundle], Iterator[str]]

    def corpus(self) -> Sequence[bytes]:
        bundle = prepare()
        return (bundle.read(self.file(bundle.manifest)),)

    def read(self, data: bytes) -> Iterator[str]:
        bundle = prepare_once()
        before = self.file(bundle.manifest)
        place = scratch() / "bundle"
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(bundle.folder, place, copy_function=os.link)
        (place / before.path).unlink()
        (place / before.path).write_bytes(data)
        file = File(before.path, hashlib.sha256(data).hexdigest(), len(data))
        manifest = self.replaced(bundle.manifest, file)
        yield from self.use(Bundle(place, manifest, file.sha256))


prepare_once = cache(prepare)


def _use_text_encoder(bundle: Bundle) -> Iterator[str]:
    features = open_text_encoder(bundle, "onnxruntime")(_SENTENCES)
    if features.shape != (len(_SENTENCES), 32) or not np.isfinite(features).all():
        raise WrongValue("text_features of another shape, or no numbers")
    yield from ()


def _judge_a_film(bundle: Bundle) -> Iterator[str]:
    model = Model(bundle, precision="fp32", backend="onnxruntime", device="cpu", threads=1)
    frame = LoadedFrame(None, np.linspace(-2, 2, 64 * 64, dtype=np.float32).reshape(1, 64, 64))
    (judged,) = model.judged([frame])
    for finding in judged.outcome.findings:
        _check_probability(finding.probability)
    yield from judged.outcome.reasons


def _check_probability(value: float) -> None:
    if not 0 <= value <= 1:
        raise WrongValue("a probability that is no number from 0 to 1")


def _in_rung(manifest: Manifest, **fields: Any) -> Manifest:
    rung = msgspec.structs.replace(manifest.ladder["fp32"], **fields)
    return msgspec.structs.replace(manifest, ladder={"fp32": rung})


def _in_text_encoder(manifest: Manifest, **fields: Any) -> Manifest:
    return msgspec.structs.replace(
        manifest, text_encoder=msgspec.structs.replace(manifest.text_encoder, **fields)
    )


def statistics() -> Sequence[bytes]:
    """The mean and the whitening of 32 dimensions, as .npy."""
    out = io.BytesIO()
    np.save(out, np.vstack([np.zeros(32), np.eye(32)]).astype(np.float32))
    return (out.getvalue(),)


WORDS = Role(
    lambda one: one.text_features,
    lambda one, file: msgspec.structs.replace(one, text_features=file),
    _judge_a_film,
)
STATISTICS = Role(
    lambda one: one.documents[0],  # the tiny bundle has none: a file that nothing reads gives its place
    lambda one, file: _in_rung(one, out_of_distribution=OutOfDistribution(file, 4.0)),
    _judge_a_film,
)
TOKENIZER = Role(
    lambda one: one.text_encoder.tokenizer,  # type: ignore[union-attr]  # the tiny bundle has one
    lambda one, file: _in_text_encoder(one, tokenizer=file),
    _use_text_encoder,
)
TEXT_ENCODER = Role(
    lambda one: one.text_encoder.model,  # type: ignore[union-attr]  # as above
    lambda one, file: _in_text_encoder(one, model=file),
    _use_text_encoder,
)
IMAGE_ENCODER = Role(
    lambda one: one.ladder["fp32"].image_encoder,
    lambda one, file: _in_rung(one, image_encoder=file),
    _judge_a_film,
)
