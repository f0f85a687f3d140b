"""The image encoder as it is exported: a film's features and its patches' in one graph, from one pass."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import torch
from torch import Tensor, nn

from lightbox_edge.backends import open_session
from lightbox_edge.errors import LightboxError
from lightbox_export.networks import BACKBONE_FEATURES, ImageEncoder, WithPatches
from lightbox_export.to_onnx import check_parity, to_onnx

OUTPUTS = ("image_features", "patch_features")


@pytest.fixture(scope="module")
def encoder() -> ImageEncoder:
    torch.manual_seed(0)
    return ImageEncoder(8).eval()


@pytest.fixture(scope="module")
def films() -> Tensor:
    return torch.rand(3, 1, 96, 96, generator=torch.Generator().manual_seed(1))


@pytest.fixture(scope="module")
def graph(encoder: ImageEncoder, films: Tensor) -> bytes:
    return to_onnx(WithPatches(encoder), {"pixels": films}, OUTPUTS, dynamic=1)


def test_the_graph_gives_both_outputs_for_any_batch(
    encoder: ImageEncoder, films: Tensor, graph: bytes
) -> None:
    session = open_session(graph, "onnxruntime", "cpu", 1)
    given = session.run({"pixels": films.numpy()})
    assert given["image_features"].shape == (3, 8)
    assert given["patch_features"].shape == (3, 9, 8)  # 96 px at a stride of 32: 3 x 3 places
    with torch.inference_mode():
        assert given["image_features"] == pytest.approx(encoder(films).numpy(), abs=1e-6)
    alone = session.run({"pixels": films[1:2].numpy()})["patch_features"]
    assert alone == pytest.approx(given["patch_features"][1:2], abs=1e-5)


def test_the_mean_of_the_patches_is_the_films_features(films: Tensor, graph: bytes) -> None:
    given = open_session(graph, "onnxruntime", "cpu", 1).run({"pixels": films.numpy()})
    pooled = given["patch_features"].mean(axis=1)
    pooled /= np.linalg.norm(pooled, axis=1, keepdims=True)
    assert pooled == pytest.approx(given["image_features"], abs=1e-6)


class _Numbered(nn.Module):
    """A backbone whose first channel counts its places row by row."""

    def forward_features(self, pixels: Tensor) -> Tensor:
        places = torch.zeros(len(pixels), BACKBONE_FEATURES, 3, 3)
        places[:, 0] = torch.arange(9.0).view(3, 3)
        return places


def test_patches_stand_row_by_row(films: Tensor) -> None:
    encoder = ImageEncoder(8)
    encoder.backbone = _Numbered()
    nn.init.ones_(encoder.projection.weight)
    nn.init.zeros_(encoder.projection.bias)
    _, patches = WithPatches(encoder)(films)
    assert patches[1, :, 0].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8]


def test_the_projection_is_stored_once(graph: bytes) -> None:
    weights = [one for one in onnx.load_from_string(graph).graph.initializer if list(one.dims) == [8, 1280]]
    assert len(weights) == 1
    assert not any(list(one.dims) == [1280, 8] for one in onnx.load_from_string(graph).graph.initializer)


class _Wrong(nn.Module):
    """Features as they are, and patches that are something else."""

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        return pixels.mean((2, 3)) + 1, pixels.flatten(2)


def test_each_output_is_held_against_torch(films: Tensor) -> None:
    good = to_onnx(_Wrong(), {"pixels": films}, OUTPUTS, dynamic=1)
    features, patches = _Wrong()(films)
    with pytest.raises(LightboxError, match=r"The exported patch_features differ from torch's \(cosine "):
        check_parity(good, {"image_features": features, "patch_features": patches.flip(2)}, {"pixels": films})
    with pytest.raises(LightboxError, match=r"The exported patch_features have the shape \(3, 1, 9216\)"):
        check_parity(good, {"patch_features": patches[..., :-1]}, {"pixels": films})
