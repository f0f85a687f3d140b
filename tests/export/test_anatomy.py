"""How the lungs' network learns: sides, altered films, a training that goes on, the bundle that comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from lightbox_edge.anatomy import WHOLE_LUNGS, Masks
from lightbox_edge.errors import LightboxError
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.segmenting import Mask, Prompt
from lightbox_export.anatomy.collection import sides, taught_films, undrawn_films
from lightbox_export.anatomy.network import AnatomyNetwork, loss
from lightbox_export.anatomy.redraw import outlined
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


class _First:
    """A first network that finds what it is told."""

    def __init__(self, *found: Masks) -> None:
        self._found = list(found)

    def find(self, radiograph: Radiograph) -> Masks:
        return self._found.pop(0)


class _Segmenter:
    """Fills every box, and keeps the boxes that it was asked for."""

    def __init__(self) -> None:
        self.boxes: list[tuple[float, ...]] = []

    def segment(self, radiograph: Radiograph, prompts: Sequence[Prompt]) -> list[Mask]:
        made = []
        for one in prompts:
            assert one.box is not None
            self.boxes.append(one.box)
            left, top, right, bottom = map(round, one.box)
            pixels = np.zeros(radiograph.stored_size, bool)
            pixels[top:bottom, left:right] = True
            made.append(Mask(pixels, 0.9))
        return made


def test_films_that_nobody_drew_on_teach_where_both_models_agree() -> None:
    film = Radiograph(np.zeros((100, 120), np.float32), (100, 120))
    both = {name: np.zeros((100, 120), bool) for name in TARGETS}
    both["lung_right"][20:70, 0:40] = both["whole_lung_right"][20:70, 0:45] = True
    both["lung_left"][20:70, 70:110] = both["whole_lung_left"][20:70, 65:110] = True
    one_lung = {**both, "lung_left": np.zeros((100, 120), bool)}
    elsewhere = {**both, "lung_left": both["lung_left"] & np.tri(100, 120, -20, dtype=bool)}
    segmenter = _Segmenter()
    first = _First(both, one_lung, elsewhere)
    kept = outlined([film] * 3, first, segmenter)  # type: ignore[arg-type]  # stand-ins
    assert len(kept) == 1
    masks = dict(kept[0].masks)
    assert tuple(masks) == TARGETS
    left, top, right, bottom = segmenter.boxes[1]  # widened, and not over the film's edge
    assert (left, round(top)) == (0, 18)
    assert right > 40
    assert bottom > 70
    assert masks["lung_left"].sum() > both["lung_left"].sum()
    assert (masks["whole_lung_left"] == masks["lung_left"] | both["whole_lung_left"]).all()


def test_one_film_of_each_patient_teaches_undrawn(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((60, 60), np.uint8)).save(tmp_path / "a.png")
    head = "file,source,group,split,labels,rsna_class,boxes_xyxy_rel,view\n"
    rows = [
        ("nih_talo", "1", "train", "PA"),
        ("nih_talo", "1", "train", "PA"),
        ("nih_talo", "2", "test", "PA"),
        ("hannover", "3", "train", "L"),
        ("hannover", "4", "train", "AP"),
        ("jsrt", "5", "train", "PA"),
    ]
    lines = (f"a.png,{source},{group},{split},,,,{view}\n" for source, group, split, view in rows)
    (tmp_path / "labels.csv").write_text(head + "".join(lines))
    assert len(list(undrawn_films(tmp_path, 64))) == 2
