"""Fit what the edge's `lightbox_edge.input_checks.look` reads out: seeded, in closed form, in a minute."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.input_checks.look import KINDS, PATCH, Patches, features
from lightbox_edge.input_checks.picture import SIDE, normalised
from lightbox_export.looks.copies import Copy, part, turned, whole
from lightbox_export.looks.drawn import draw
from lightbox_export.looks.films import Films

SEED = 20261122
PATCHES = 768
DRAWN = 1500
RIDGE = 30.0
ADULTS_KEPT = 0.997  # share of the calibration films that each single check must pass
LATERAL_COPIES = 14  # there are few lateral films
UNKNOWN = -1

Array = NDArray[np.float32]
Chance = np.random.Generator


class _Copied(NamedTuple):
    """A copy and what is known of it: place in KINDS, quarter turns and child, or UNKNOWN."""

    copy: Copy
    kind: int
    turn: int = UNKNOWN
    child: int = UNKNOWN


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """What goes into ``looks.npz``; ``limits`` in the order of `lightbox_edge.input_checks.look.Limits`."""

    patches: Patches
    readout: Array
    limits: Array

    def npz(self) -> bytes:
        buffer = io.BytesIO()
        patches = self.patches
        np.savez_compressed(
            buffer,
            values=patches.values,
            places=patches.places,
            scales=patches.scales,
            offsets=patches.offsets,
            readout=self.readout.astype(np.float16),
            limits=self.limits,
        )
        return buffer.getvalue()


def fit_looks(films: Films) -> Looks:
    """Teach with altered copies of the training films, set the limits on those that calibrate."""
    chance = np.random.default_rng(SEED)
    copies = list(_copies(chance, films))
    thumbnails = normalised(np.stack([one.copy for one in copies]))
    count = len(copies)
    thumbnails = np.concatenate([thumbnails, -thumbnails])  # each film upright in its tones, and inverted
    kind = np.tile([one.kind for one in copies], 2)
    turn = np.tile([one.turn for one in copies], 2)
    child = np.tile([one.child for one in copies], 2)
    inverted = np.repeat([0, 1], count)
    patches = random_patches(chance, thumbnails[:2000])
    seen = features(thumbnails, patches.filters(), patches.offsets)
    chest = kind != KINDS.index("other")
    readout = np.concatenate(
        [
            _fitted(seen, _signs(kind, len(KINDS)), _balance(kind)),
            _fitted(seen, _signs(turn, 4), _balance(turn)),
            _fitted(seen, _signs(inverted, 2)[:, 1:], chest.astype(np.float32)),
            _fitted(seen, _signs(child, 2)[:, 1:], _balance(child)),
        ],
        axis=1,
    )
    readout = readout.astype(np.float16).astype(np.float32)  # as the file keeps it
    return Looks(patches, readout, _limits(films, patches, readout))


def random_patches(chance: Chance, thumbnails: Array) -> Patches:
    """Patches of noise at random places, scaled so that what they say of thumbnails has a spread of 1."""
    blocks = chance.choice([1, 2, 4], PATCHES)
    room = SIDE - PATCH * blocks + 1
    places = np.stack([chance.integers(0, room), chance.integers(0, room), blocks], axis=1).astype(np.uint8)
    noise = chance.normal(size=(PATCHES, PATCH, PATCH))
    noise = noise + np.roll(noise, 1, 1) + np.roll(noise, 1, 2) + np.roll(noise, 1, (1, 2))  # smoother
    noise -= noise.mean(axis=(1, 2), keepdims=True)
    values = np.rint(noise / np.abs(noise).max(axis=(1, 2), keepdims=True) * 127).astype(np.int8)
    drawn = Patches(values, places, np.ones(PATCHES, np.float32), np.zeros(PATCHES, np.float32))
    said = thumbnails.reshape(len(thumbnails), -1) @ drawn.filters().T
    offsets = chance.normal(0, 0.7, PATCHES).astype(np.float32)
    return Patches(values, places, (1 / said.std(axis=0)).astype(np.float32), offsets)


def _copies(chance: Chance, films: Films) -> Iterator[_Copied]:
    frontal, lateral, cropped, other = range(len(KINDS))
    teaches = ~films.calibrates
    for film, child, is_lateral in zip(
        films.gray[teaches], films.child[teaches], films.lateral[teaches], strict=True
    ):
        if is_lateral:
            yield from (_Copied(whole(chance, film), lateral) for _ in range(LATERAL_COPIES))
            continue
        yield from (_Copied(whole(chance, film), frontal, 0, int(child)) for _ in range(3 - 2 * int(child)))
        first = int(chance.integers(1, 4))
        for quarters in (first, first % 3 + 1):
            yield _Copied(turned(whole(chance, film), quarters), frontal, quarters)
        yield _Copied(turned(whole(chance, film), 0, mirrored=True), frontal, 0)
        yield _Copied(part(chance, film), cropped)
    films_of_adults = films.gray[teaches & ~films.lateral & ~films.child]
    for _ in range(DRAWN):
        drawing = draw(chance, films_of_adults)
        small = drawing.reshape(SIDE, 2, SIDE, 2).mean(axis=(1, 3))
        yield _Copied(small, other)
        yield _Copied(turned(small, int(chance.integers(1, 4))), other)


def _signs(truth: NDArray[np.int_], classes: int) -> Array:
    """1 for its class and -1 for the others, (N, classes)."""
    signs: Array = (2.0 * (truth[:, np.newaxis] == np.arange(classes)) - 1).astype(np.float32)
    return signs


def _balance(truth: NDArray[np.int_]) -> Array:
    """Weights that even the classes half out; 0 where nothing is known."""
    known = truth != UNKNOWN
    count = np.bincount(truth[known])
    weights = np.sqrt(known.sum() / len(count) / np.maximum(count, 1))
    return np.where(known, weights[truth], 0).astype(np.float32)


def _fitted(seen: Array, wanted: Array, weights: Array) -> Array:
    """Weighted ridge regression, (features, outputs)."""
    use = weights > 0
    seen, weighted = seen[use], seen[use] * weights[use, np.newaxis]
    gram = weighted.T @ seen + RIDGE * np.eye(seen.shape[1], dtype=np.float32)
    return np.linalg.solve(gram.astype(np.float64), weighted.T @ wanted[use]).astype(np.float32)


def _limits(films: Films, patches: Patches, readout: Array) -> Array:
    """What all but a few of the calibration films stay below, and never below an even score."""
    gray = films.gray[films.calibrates].astype(np.float32)
    small = gray.reshape(len(gray), SIDE, 2, SIDE, 2).mean(axis=(2, 4))
    out = features(normalised(small), patches.filters(), patches.offsets) @ readout
    frontal, upright = out[:, 0], out[:, 4]
    scores = (
        out[:, 1] - frontal,
        out[:, 2] - frontal,
        out[:, 3] - frontal,
        out[:, 5:8].max(axis=1) - upright,
        out[:, 8],
        out[:, 9],
    )
    return np.array([max(0.0, np.quantile(score, ADULTS_KEPT)) for score in scores], np.float32)
