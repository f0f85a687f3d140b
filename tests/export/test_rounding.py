"""Rounding to the INT8 grid: few levels, the nearest one, and everything given back."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from lightbox_export.rounding import FIRST_IN_INT8, LEVELS, on_grid, round_activation, round_weights, rounded


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
    net = nn.Sequential(nn.Linear(3, 2, bias=False), nn.Linear(2, 1, bias=False))  # fewer than stay in fp32
    given_input = torch.tensor([[1.0, 2.0, 3.0]])
    with rounded(net):
        second = net[1].weight.detach().clone()
        net(given_input).sum().backward()
    assert net[0].weight.grad is not None
    assert torch.allclose(net[0].weight.grad, second.T @ given_input)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**31), st.floats(1e-3, 1e3), st.floats(-3, 3))
def test_activations_lie_on_256_steps_that_hold_zero(seed: int, scale: float, shift: float) -> None:
    given_ones = (torch.randn(64, generator=torch.Generator().manual_seed(seed)) + shift) * scale
    snapped = round_activation(given_ones)
    step = (given_ones.amax() - given_ones.amin().clamp(max=0)) / 255
    levels = snapped / step
    assert torch.allclose(levels, levels.round(), atol=1e-3)
    assert len(levels.round().unique()) <= 256
    assert ((snapped - given_ones).abs() <= step * 1.001).all()  # half a step, and the zero point's own half


def test_the_first_layers_inputs_stay_and_the_others_are_rounded_until_the_end() -> None:
    seen: list[torch.Tensor] = []
    net = nn.Sequential(*(nn.Linear(8, 8) for _ in range(FIRST_IN_INT8 + 1)))
    net[-1].register_forward_hook(lambda _, given, __: seen.append(given[0].detach()))
    net[0].register_forward_hook(lambda _, given, __: seen.append(given[0].detach()))
    pixels = torch.rand(2, 8, generator=torch.Generator().manual_seed(0))
    with rounded(net):
        net(pixels)
        first, last = seen[-2:]
        assert torch.equal(first, pixels)
        assert len(last.unique()) <= 16
        assert torch.allclose(round_activation(last), last, atol=1e-6)
    net(pixels)
    assert not torch.equal(seen[-1], round_activation(seen[-1]))


def test_rounding_in_place_says_what_was() -> None:
    net = network()
    first = net[0].weight.detach().clone()
    (weight, was), _ = round_weights(net)
    assert weight is net[0].weight
    assert torch.equal(was, first)
    assert torch.equal(weight, on_grid(first))
