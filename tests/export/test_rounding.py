"""Rounding to the INT8 grid: few levels, the nearest one, and everything given back."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from lightbox_export.rounding import LEVELS, on_grid, round_weights, rounded


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(2, 4, 3), nn.BatchNorm2d(4), nn.ReLU6(), nn.Flatten(), nn.Linear(4 * 6 * 6, 5)
    )


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**31), st.sampled_from([(3, 5), (4, 2, 3, 3), (1, 1)]), st.floats(1e-6, 1e6))
def test_the_grid_has_whole_steps_of_each_channels_largest(
    seed: int, shape: tuple[int, ...], scale: float
) -> None:
    weight = torch.randn(shape, generator=torch.Generator().manual_seed(seed)) * scale
    snapped = on_grid(weight)
    largest = weight.abs().flatten(1).amax(1)
    step = (largest / LEVELS).view(-1, *[1] * (weight.ndim - 1))
    levels = snapped / step
    assert torch.allclose(levels, levels.round(), atol=1e-3)
    assert levels.abs().max() <= LEVELS + 1e-3
    assert ((snapped - weight).abs() <= 0.5 * step * (1 + 1e-4)).all()
    assert torch.allclose(snapped.abs().flatten(1).amax(1), largest, rtol=1e-5)
    assert torch.allclose(on_grid(snapped), snapped, rtol=1e-4, atol=0)


def test_zero_weights_stay_zero() -> None:
    assert not on_grid(torch.zeros(3, 4)).any()


def test_weights_are_given_back_exactly() -> None:
    net = network()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    with rounded(net):
        inside = net.state_dict()
        for name in ("0.weight", "4.weight"):
            assert torch.equal(inside[name], on_grid(before[name]))
            assert not torch.equal(inside[name], before[name])
        for name in ("0.bias", "1.weight", "4.bias"):
            assert torch.equal(inside[name], before[name])
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


def test_weights_are_given_back_after_an_error_too() -> None:
    net = network()
    before = net[0].weight.detach().clone()
    with pytest.raises(ZeroDivisionError), rounded(net):
        print(1 / 0)
    assert torch.equal(net[0].weight, before)


def test_gradients_are_those_of_the_rounded_weights() -> None:
    net = nn.Sequential(nn.Linear(3, 2, bias=False), nn.Linear(2, 1, bias=False))
    given_input = torch.tensor([[1.0, 2.0, 3.0]])
    with rounded(net):
        second = net[1].weight.detach().clone()
        net(given_input).sum().backward()
    assert net[0].weight.grad is not None
    assert torch.allclose(net[0].weight.grad, second.T @ given_input)


def test_rounding_in_place_says_what_was() -> None:
    net = network()
    first = net[0].weight.detach().clone()
    (weight, was), _ = round_weights(net)
    assert weight is net[0].weight
    assert torch.equal(was, first)
    assert torch.equal(weight, on_grid(first))
