"""The segmenter of a bundle: which rung, opened when it is needed, and each film embedded once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from lightbox_edge.bundle import Bundle
from lightbox_edge.errors import LightboxError
from lightbox_edge.manifest import File, Precision, Segmenter, SegmenterRung
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.regions.embedding_store import EmbeddingStore
from lightbox_edge.regions.outlines import Outlines, segmenter_precision
from lightbox_edge.segmenting import Prompt, SegmenterModel
from tests.tiny import SIDE, write_bundle, write_films

FILE = File("f", "0" * 64, 1)


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bundle, Bundle]:
    place, chance = tmp_path_factory.mktemp("outlines"), np.random.default_rng(0)
    films = write_films(place / "films", lambda _: chance.integers(0, 255, (SIDE, SIDE), dtype=np.uint8), 8)
    return (
        write_bundle(place / "with", films, segmenter=True),
        write_bundle(place / "without", films, segmenter=False),
    )


@pytest.mark.parametrize(
    ("ladder", "asked", "taken"),
    [
        (("fp32", "int8"), "int8", "int8"),
        (("fp32",), "int8", "fp32"),
        (("int8", "int8_avx2"), "int8_weights", "int8"),
    ],
)
def test_the_image_encoders_rung_or_the_segmenters_first(
    ladder: tuple[Precision, ...], asked: Precision, taken: Precision
) -> None:
    rungs = {precision: SegmenterRung(FILE, None, ()) for precision in ladder}
    assert segmenter_precision(Segmenter("s", "l", 64, FILE, rungs), asked) == taken


def test_a_bundle_without_says_what_would_work(bundles: tuple[Bundle, Bundle]) -> None:
    with pytest.raises(LightboxError, match=r"tiny has no segmenter .* lightbox export litemedsam") as raised:
        Outlines(bundles[1], "fp32", EmbeddingStore(None))
    assert raised.value.exit_code == 2


def test_nothing_is_opened_before_the_first_prompt_and_no_film_is_embedded_twice(
    bundles: tuple[Bundle, Bundle], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    embedded: list[tuple[int, ...]] = []
    start, embed = SegmenterModel.__init__, SegmenterModel.embed

    def counted_start(self: SegmenterModel, bundle: Bundle, precision: Precision, *rest: object) -> None:
        opened.append(precision)
        start(self, bundle, precision, *rest)  # type: ignore[arg-type]  # passed on as they came

    def counted_embed(self: SegmenterModel, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        embedded.append(pixels.shape)
        return embed(self, pixels)

    monkeypatch.setattr(SegmenterModel, "__init__", counted_start)
    monkeypatch.setattr(SegmenterModel, "embed", counted_embed)
    outlines = Outlines(bundles[0], "int8", EmbeddingStore(tmp_path), "onnxruntime", "cpu", 1)
    assert opened == []
    films = [
        Radiograph(np.random.default_rng(seed).integers(0, 255, (90, 70), dtype=np.uint8), (90, 70))
        for seed in range(2)
    ]
    prompts = [Prompt((5, 5, 40, 60)), Prompt(points=((30, 30, True),))]
    first = outlines.masks("a", films[0], prompts)
    outlines.masks("b", films[1], prompts[:1])
    again = outlines.masks("a", films[0], prompts)
    assert opened == ["fp32"]
    assert embedded == [(1, 1, SIDE, SIDE)] * 2
    for ours, theirs in zip(first, again, strict=True):
        assert ours.pixels.shape == (90, 70)
        assert (ours.pixels == theirs.pixels).all()
        assert ours.expected_iou == theirs.expected_iou
    fresh = Outlines(bundles[0], "fp32", EmbeddingStore(tmp_path), "onnxruntime", "cpu", 1)
    assert (fresh.masks("a", films[0], prompts)[0].pixels == first[0].pixels).all()
    assert len(embedded) == 2
