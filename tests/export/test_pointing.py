"""Boxes teach where: which patches lie in them, and what the loss asks for."""

from __future__ import annotations

import pytest
import torch

from lightbox_export.pointing import inside, place_loss

AS_IT_IS = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
UPPER_LEFT = (0, 0.0, 0.0, 0.5, 0.5)


def test_patches_lie_where_their_centres_do() -> None:
    held = inside([UPPER_LEFT, (0, 0.8, 0.8, 1.0, 1.0), (2, 0.0, 0.6, 1.0, 0.7)], AS_IT_IS, 4)
    assert held[0].reshape(4, 4).tolist() == [
        [True, True, False, False],
        [True, True, False, False],
        [False, False, False, False],
        [False, False, False, True],
    ]
    assert held[2].reshape(4, 4).sum(1).tolist() == [0, 0, 4, 0]


def test_boxes_turn_with_their_film() -> None:
    zoomed = torch.tensor([[0.5, 0.0, -0.5], [0.0, 0.5, -0.5]])  # the result shows the upper left quarter
    assert inside([UPPER_LEFT], zoomed, 4)[0].all()
    assert inside([(0, 0.5, 0.5, 1.0, 1.0)], zoomed, 4) == {}


def test_the_loss_is_the_share_of_the_softmax_in_the_boxes() -> None:
    logits = torch.zeros(2, 16, 3)
    assert place_loss(logits, [[UPPER_LEFT], []], AS_IT_IS.expand(2, 2, 3)) == pytest.approx(
        torch.log(torch.tensor(4.0)).item()
    )
    logits[0, [0, 1, 4, 5], 0] = 30
    assert place_loss(logits, [[UPPER_LEFT], []], AS_IT_IS.expand(2, 2, 3)) == pytest.approx(0, abs=1e-6)
    assert place_loss(logits, [[], []], AS_IT_IS.expand(2, 2, 3)) == 0


def test_a_step_against_the_loss_looks_into_the_box() -> None:
    logits = torch.zeros(1, 16, 1, requires_grad=True)
    (slope,) = torch.autograd.grad(place_loss(logits, [[UPPER_LEFT]], AS_IT_IS[None]), logits)
    assert (slope.reshape(4, 4)[:2, :2] < 0).all()
    assert (slope.reshape(16)[[2, 3, 6, 7, *range(8, 16)]] > 0).all()
