"""How the lungs' network learns: sides, altered films, a training that goes on, the bundle that comes out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from lightbox_edge.anatomy import WHOLE_LUNGS
from lightbox_edge.errors import LightboxError
from lightbox_export.anatomy.collection import sides, taught_films
from lightbox_export.anatomy.network import AnatomyNetwork, loss
from lightbox_export.anatomy.train import OTHER_SIDE, TARGETS, Plan, altered, train

SIDE = 64


def lungs() -> tuple[Tensor, Tensor]:
    """Eight bright films, (8, 1, S, S), whose right lung, on the left, is larger; masks, (8, 4, S, S)."""
    masks = torch.zeros(8, len(TARGETS), SIDE + 8, SIDE + 8)
    masks[:, [1, 3], 16:60, 10:32] = 1
    masks[:, [0, 2], 20:52, 42:62] = 1
    films = 0.9 - 0.7 * masks[:, :2].sum(1, keepdim=True)
    return films, masks


def test_sides_are_the_patients_and_crumbs_are_none() -> None:
    union = np.zeros((60, 80), bool)
    union[10:50, 10:30] = union[12:45, 45:70] = union[2:4, 2:4] = True
    (left_name, left), (right_name, right) = sides(union)
    assert (left_name, right_name) == WHOLE_LUNGS
    assert np.argwhere(right).mean(axis=0)[1] < 30 < np.argwhere(left).mean(axis=0)[1]
    assert right.sum() == 800
    assert not left[2:4, 2:4].any()
    union[:, 40:] = False
    assert sides(union) == ()


def test_masks_are_altered_as_their_films_and_change_sides_with_them() -> None:
    films, masks = lungs()
    for seed in range(4):
        chance = torch.Generator().manual_seed(seed)
        pixels, drawn = altered(films, masks, SIDE, chance)
        assert pixels.shape == (8, 1, SIDE, SIDE)
        columns = torch.arange(SIDE).float()
        centre = (drawn.sum(2) * columns).sum(-1) / drawn.sum((2, 3))
        assert (
            centre[:, 1] < centre[:, 0]
        ).all()  # the right lung lies left of the left one, mirrored or not
        assert (centre[:, 3] < centre[:, 2]).all()
        inside = (pixels * (drawn[:, :2].sum(1, keepdim=True) > 0.9)).sum() / (drawn[:, :2] > 0.9).sum()
        assert inside < 0.5
        areas = drawn.sum((2, 3))
        assert {bool(one) for one in areas[:, 0] > areas[:, 1]} == {True, False}  # some are mirrored
    assert [TARGETS[one] for one in OTHER_SIDE] == [
        name.replace("left", "?").replace("right", "left").replace("?", "right") for name in TARGETS
    ]


def test_the_loss_is_small_where_the_masks_are_right() -> None:
    masks = lungs()[1][:, :, 4:-4, 4:-4]
    small = torch.nn.functional.avg_pool2d(masks, 4)
    right, wrong = loss(16 * small - 8, masks), loss(8 - 16 * small, masks)
    assert float(right) < 0.2 < 2 < float(wrong)


def test_a_training_learns_and_goes_on_at_its_checkpoint(tmp_path: Path) -> None:
    films, masks = lungs()
    plan = Plan(epochs=6, rounded_epochs=1, rate=1e-2)
    network = AnatomyNetwork(len(TARGETS))
    stem = network.backbone.conv_stem.weight.clone()
    train(network, films, masks, SIDE, plan, tmp_path / "state.pt")
    with torch.inference_mode():
        logits = network(films[:2, :, 4:-4, 4:-4])
    assert logits.shape == (2, len(TARGETS), SIDE // 4, SIDE // 4)
    after = float(loss(logits, masks[:2, :, 4:-4, 4:-4]))
    assert after < 1.2  # it began at 1.5
    assert torch.allclose(network.backbone.conv_stem.weight, stem, atol=0.06)  # frozen, but rounded

    again = AnatomyNetwork(len(TARGETS))
    train(again, films, masks, SIDE, plan, tmp_path / "state.pt")  # all epochs are done
    with torch.inference_mode():
        assert torch.allclose(again(films[:2, :, 4:-4, 4:-4]), logits, atol=1e-4)
    with pytest.raises(LightboxError, match="is of another training"):
        train(again, films, masks, SIDE, replace(plan, seed=1), tmp_path / "state.pt")


def test_no_collection_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LightboxError, match=r"holds no labels\.csv: name the folder"):
        taught_films(tmp_path, 64)
