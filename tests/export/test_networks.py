"""The image encoder as it is exported: a film's features and its patches' in one graph, from one pass."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from torch import Tensor, nn

from lightbox_edge.backends import open_session
from lightbox_edge.errors import LightboxError
from lightbox_export.ensemble import AdapterEnsemble, ImageEnsemble, logit_scale
from lightbox_export.networks import BACKBONE_FEATURES, ImageEncoder
from lightbox_export.to_onnx import check_parity, to_onnx
from lightbox_export.train import Pair

OUTPUTS = ("image_features", "patch_features")


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    """Two members with another start and another scale each, whose stem and first stages are alike."""
    made = []
    for seed in range(2):
        torch.manual_seed(seed)
        image = ImageEncoder(8)
        image.freeze(2)
        made.append(Pair(image, nn.Linear(6, 8)).eval())
        made[-1].log_scale.data += 0.4 * seed
        made[-1].image.backbone.load_state_dict(made[0].image.backbone.state_dict())
    return made


@pytest.fixture(scope="module")
def encoder(pairs: list[Pair]) -> ImageEnsemble:
    return ImageEnsemble(pairs).eval()


@pytest.fixture(scope="module")
def films() -> Tensor:
    return torch.rand(3, 1, 96, 96, generator=torch.Generator().manual_seed(1))


@pytest.fixture(scope="module")
def graph(encoder: ImageEnsemble, films: Tensor) -> bytes:
    return to_onnx(encoder, {"pixels": films}, OUTPUTS, dynamic=1)


def test_the_graph_gives_both_outputs_for_any_batch(
    encoder: ImageEnsemble, films: Tensor, graph: bytes
) -> None:
    session = open_session(graph, "onnxruntime", "cpu", 1)
    given = session.run({"pixels": films.numpy()})
    assert given["image_features"].shape == (3, 16)
    assert given["patch_features"].shape == (3, 9, 16)  # 96 px at a stride of 32: 3 x 3 places
    with torch.inference_mode():
        assert given["image_features"] == pytest.approx(encoder(films)[0].numpy(), abs=1e-6)
    alone = session.run({"pixels": films[1:2].numpy()})["patch_features"]
    assert alone == pytest.approx(given["patch_features"][1:2], abs=1e-5)


def test_the_mean_of_the_patches_is_the_films_features_of_length_one(films: Tensor, graph: bytes) -> None:
    given = open_session(graph, "onnxruntime", "cpu", 1).run({"pixels": films.numpy()})
    assert given["patch_features"].mean(axis=1) == pytest.approx(given["image_features"], abs=1e-5)
    assert np.linalg.norm(given["image_features"], axis=1) == pytest.approx(1, abs=1e-6)


def test_the_log_odds_of_the_whole_are_the_mean_of_its_members(
    pairs: list[Pair], encoder: ImageEnsemble, films: Tensor
) -> None:
    sentences = torch.rand(5, 2, 6, generator=torch.Generator().manual_seed(2))
    with torch.inference_mode():
        members = [pair.logits(films, sentences) for pair in pairs]
        image, patches = encoder(films)
        told = AdapterEnsemble(pairs)(sentences)
        direction = logit_scale(pairs) * (told[:, 0] - told[:, 1]).T
        assert told.norm(dim=-1) == pytest.approx(torch.ones(5, 2), abs=1e-6)
        for ours, theirs in ((image @ direction, 0), (patches @ direction, 1)):
            mean = torch.stack([one[theirs] for one in members]).mean(0)
            assert ours == pytest.approx(mean, abs=1e-4)
    assert (members[0][0] - members[1][0]).abs().max() > 0.01


class _Numbered(nn.Module):
    """A layer whose first channel counts its places row by row."""

    def forward(self, maps: Tensor) -> Tensor:
        places = torch.zeros(len(maps), BACKBONE_FEATURES, 3, 3)
        places[:, 0] = torch.arange(9.0).view(3, 3)
        return places


def test_patches_stand_row_by_row(films: Tensor) -> None:
    image = ImageEncoder(8).eval()
    image.backbone.bn2 = _Numbered()
    nn.init.ones_(image.projection.weight)
    nn.init.zeros_(image.projection.bias)
    _, patches = image.look(films)
    assert patches[1, :, 0].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8]


def test_each_weight_is_stored_once_and_the_frozen_ones_for_all_members(graph: bytes) -> None:
    shapes = [list(one.dims) for one in onnx.load_from_string(graph).graph.initializer]
    assert shapes.count([8, 1280]) == 2
    assert [1280, 8] not in shapes
    assert shapes.count([32, 1, 3, 3]) == 2  # the stem and the first stage's depthwise, of the one trunk


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


def test_no_path_of_this_machine_travels_with_it(graph: bytes) -> None:
    """The exporter notes the line of code that each node came from."""
    assert b".py" not in graph
    assert str(Path(__file__).parents[2]).encode() not in graph
