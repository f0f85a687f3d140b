"""Augmentation: what it may do to a film, and that it never mirrors one."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from lightbox_export.films import augment, draw_turns, places

SIZE = 64
COUNT = 48


def chance(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def changed(films: Tensor, chance: torch.Generator, size: int) -> Tensor:
    return augment(films, draw_turns(len(films), chance), chance, size)


def left_bright(count: int = COUNT) -> Tensor:
    """Films whose left half is dense and whose right half is air, normalised to -2 and 2."""
    films = torch.full((count, 1, SIZE + 8, SIZE + 8), -2.0)
    films[..., : (SIZE + 8) // 2] = 2.0
    return films


@pytest.mark.parametrize("seed", range(8))
def test_a_film_is_never_mirrored(seed: int) -> None:
    """By the middle rows' slope from left to right, which no turn of 12 degrees and no marker turns over."""
    films = changed(left_bright(), chance(seed), SIZE)
    rows = films[:, 0, SIZE // 4 : -SIZE // 4]
    inner = slice(SIZE // 6, SIZE - SIZE // 6)  # markers are pasted outside
    columns = torch.linspace(-1, 1, SIZE)[inner]
    slope = ((rows[..., inner] - rows[..., inner].mean(-1, keepdim=True)) * columns).mean((1, 2))
    assert (slope < 0).all()
    mirrored = changed(left_bright().flip(-1), chance(seed), SIZE)[:, 0, SIZE // 4 : -SIZE // 4, inner]
    assert ((mirrored - mirrored.mean(-1, keepdim=True)) * columns).mean((1, 2)).min() > 0


def test_a_film_is_never_upside_down() -> None:
    films = changed(left_bright().transpose(-1, -2), chance(0), SIZE)
    middle = films[..., SIZE // 4 : -SIZE // 4]
    assert (
        middle[:, 0, SIZE // 6 : SIZE // 2].mean((1, 2)) > middle[:, 0, SIZE // 2 : -SIZE // 6].mean((1, 2))
    ).all()


def test_the_result_has_the_size_asked_for_and_is_finite() -> None:
    films = torch.rand(COUNT, 1, SIZE + 8, SIZE + 8, generator=chance(1)) * 4 - 2
    augmented = changed(films, chance(2), SIZE)
    assert augmented.shape == (COUNT, 1, SIZE, SIZE)
    assert augmented.dtype == torch.float32
    assert torch.isfinite(augmented).all()


def test_a_seed_gives_the_same_films_and_leaves_its_input_alone() -> None:
    films = left_bright()
    before = films.clone()
    assert torch.equal(changed(films, chance(3), SIZE), changed(films, chance(3), SIZE))
    assert not torch.equal(changed(films, chance(3), SIZE), changed(films, chance(4), SIZE))
    assert torch.equal(films, before)


def test_randomness_comes_from_the_generator_alone() -> None:
    torch.manual_seed(1)
    one = changed(left_bright(4), chance(5), SIZE)
    torch.manual_seed(2)
    assert torch.equal(changed(left_bright(4), chance(5), SIZE), one)


def test_black_film_without_a_marker_stays_black() -> None:
    films = changed(torch.full((COUNT, 1, SIZE, SIZE), -2.0), chance(6), SIZE)
    assert films == pytest.approx(-2, abs=1e-5)


def test_places_say_where_on_the_film_a_pixel_was() -> None:
    """A gradient from left to right is turned into the places' own x."""
    x = (torch.arange(128) + 0.5) / 64 - 1
    turns = draw_turns(8, chance(7))
    shown = torch.nn.functional.grid_sample(
        x.expand(8, 1, 128, 128), places(turns, 16), align_corners=False, padding_mode="border"
    )
    expected = places(turns, 16)[..., 0].clamp(x[0], x[-1])
    assert torch.allclose(shown[:, 0], expected, atol=1e-4)
