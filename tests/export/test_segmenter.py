"""LiteMedSAM with its real weights: loaded, exported, written into a bundle, and outlining lungs."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
import torch
from PIL import Image

from lightbox_edge import segmenting
from lightbox_edge.bundle import open_bundle, verify_bundle
from lightbox_edge.bundle_writing import MODEL_CARD, without_card
from lightbox_edge.errors import BundleError, LightboxError
from lightbox_edge.masks_measuring import mask_results
from lightbox_edge.model_card import model_card
from lightbox_edge.segmenting import Prompt, SegmenterModel
from lightbox_export import sam_to_onnx, segmenter
from tests.conftest import Film
from tests.drawn_films import SHARED, drawn_films

needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the shared X-rays are not beside the repository"
)


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory, film: Callable[[int], Film]) -> Path:
    folder = tmp_path_factory.mktemp("images")
    Image.fromarray(film(1)).save(folder / "a.png")
    (folder / "labels.csv").write_text("no film")
    return folder


@pytest.fixture(scope="session")
def segmented(chest_open: Path, images: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository's bundle with LiteMedSAM in it."""
    out = tmp_path_factory.mktemp("segmented") / "bundle"
    segmenter.add_segmenter("LiteMedSAM", "litemedsam", "Apache-2.0", None, chest_open, images, out)
    return out


@pytest.fixture(scope="session")
def chest_open() -> Path:
    return Path(__file__).parents[2] / "bundles" / "chest-open"


@pytest.fixture(scope="session")
def model(segmented: Path) -> SegmenterModel:
    return SegmenterModel(open_bundle(segmented), "fp32", "onnxruntime", "cpu")


def test_the_bundle_is_whole_and_keeps_what_it_had(segmented: Path, chest_open: Path) -> None:
    bundle, before = open_bundle(segmented), open_bundle(chest_open)
    verify_bundle(bundle)
    assert bundle.manifest.ladder == before.manifest.ladder
    assert without_card(bundle.manifest) == without_card(before.manifest)
    made = bundle.manifest.segmenter
    assert made is not None
    assert (made.name, made.licence, made.input_size) == ("LiteMedSAM", "Apache-2.0", 256)
    assert made.mask_decoder.bytes < 20_000_000
    assert made.ladder["fp32"].image_encoder.bytes < 31_000_000


def test_the_card_is_of_the_new_bundle(segmented: Path, chest_open: Path) -> None:
    bundle = open_bundle(segmented)
    (card,) = {*bundle.manifest.documents} - {*without_card(bundle.manifest)}
    text = bundle.read(card).decode()
    assert text == model_card(bundle.manifest)
    assert "## Segmenter: LiteMedSAM" in text
    assert "## Segmenter: LiteMedSAM" not in (chest_open / MODEL_CARD).read_text("utf-8")


@needs_shared
def test_boxes_around_the_lungs_give_the_lungs(model: SegmenterModel) -> None:
    """By hand the mean of all 110 films was 0.972; two films may be 0.02 off."""
    results = mask_results(model, drawn_films(SHARED, model.decode_size, 2), "JSRT", "2026-01-01")
    by_target = {result.target: result for result in results}
    assert by_target["lungs"].images == 2
    assert by_target["lungs"].dice > 0.95
    assert by_target["heart"].dice > 0.6


def test_a_batch_of_two_is_two_films(model: SegmenterModel) -> None:
    pixels = np.random.default_rng(0).random((2, 1, 256, 256), dtype=np.float32)
    together = model.embed(pixels)
    assert together.shape == (2, 256, 64, 64)
    np.testing.assert_allclose(together[1], model.embed(pixels[1:])[0], atol=1e-4)


def test_a_box_of_the_stored_picture(model: SegmenterModel) -> None:
    square = np.zeros((1, 256, 256), dtype=np.float32)
    square[0, 40:100, 60:160] = 1
    embedding = model.embed(square[np.newaxis])[0]
    # As if the picture had been stored at twice the size: prompts and masks are in its pixels.
    (mask,) = model.masks(embedding, [Prompt((118, 78, 322, 202))], (512, 512))
    assert mask.pixels.shape == (512, 512)
    inside = mask.pixels[80:200, 120:320]
    assert inside.mean() > 0.75  # a drawing is not what it learned from
    assert mask.pixels.sum() - inside.sum() < 0.1 * inside.size
    assert 0.5 < mask.expected_iou <= 1.05


def test_points_are_scaled_and_end_in_one_that_is_none() -> None:
    """LiteMedSAM learned from boxes alone, so what it makes of points is not looked at."""
    prompt = Prompt(points=((220, 140, True), (20, 480, False)))
    coords, labels = segmenting._points(prompt, (512, 1024), (128, 256))
    assert coords.tolist() == [[[55, 35], [5, 120], [0, 0]]]
    assert labels.tolist() == [[1, 0, -1]]


def test_a_precision_that_is_not_there(segmented: Path, chest_open: Path) -> None:
    with pytest.raises(BundleError, match="LiteMedSAM has no int8 model: it has fp32"):
        SegmenterModel(open_bundle(segmented), "int8")
    bundle = open_bundle(chest_open)
    bare = dataclasses.replace(bundle, manifest=msgspec.structs.replace(bundle.manifest, segmenter=None))
    with pytest.raises(BundleError, match="chest-open has no segmenter"):
        SegmenterModel(bare, "fp32")


def test_failed_parity_leaves_no_bundle(
    chest_open: Path, images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The graph is one whose embeddings are a little off, as a wrong export would be."""
    sam = torch.nn.Module()
    sam.input_size = 256  # type: ignore[assignment]  # a stand-in with what is read of it
    good = np.ones((1, 256, 64, 64), dtype=np.float32)
    off = good + np.random.default_rng(0).normal(0, 0.01, good.shape).astype(np.float32)

    class Graph:
        def run(self, inputs: object) -> dict[str, np.ndarray]:
            return {"image_embedding": off, "low_res_masks": np.ones((3, 1, 256, 256), np.float32)}

    def exported(sam: object, pixels: np.ndarray) -> sam_to_onnx.SamGraphs:
        graphs = sam_to_onnx.SamGraphs(b"", b"")
        sam_to_onnx.check_parity(graphs, pixels, [good], [np.ones((3, 1, 256, 256), np.float32)])
        return graphs

    monkeypatch.setattr(sam_to_onnx, "open_session", lambda *_: Graph())
    monkeypatch.setattr(segmenter, "load_sam", lambda *_: sam)
    monkeypatch.setattr(segmenter, "sam_to_onnx", exported)
    out = tmp_path / "out"
    with pytest.raises(
        LightboxError, match=r"differs from torch's \(embeddings' cosine 0\.9999[0-8].*nothing was"
    ):
        segmenter.add_segmenter("x", "litemedsam", "x", None, chest_open, images, out)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_films(chest_open: Path, tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.txt").write_text("no film")
    with pytest.raises(LightboxError, match="holds no film that can be read: name a folder of X-rays"):
        segmenter.add_segmenter(
            "x", "litemedsam", "x", None, chest_open, tmp_path / "images", tmp_path / "out"
        )
    assert not (tmp_path / "out").exists()
