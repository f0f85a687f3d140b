"""Pasted letters: in corners, of a seed, and only on the share of films that was asked for."""

from __future__ import annotations

import torch

from lightbox_export.markers import WIDEST, letters, paste_letters

SIDE = 96


def chance(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_letters_lie_near_the_corners_and_leave_the_middle_alone() -> None:
    films = torch.full((64, 1, SIDE, SIDE), 0.5)
    films[0, 0, 0, 0] = 1.0
    marked = paste_letters(films, chance(0), share=1.0)
    changed = (marked != films)[:, 0]
    assert changed.flatten(1).any(1).all()
    inner = slice(int(0.4 * SIDE), int(0.6 * SIDE))
    assert not changed[:, inner, inner].any()
    assert 0.01 < float(changed.float().mean()) < 0.1  # of each film a few percent


def test_a_share_of_the_films_is_marked_and_the_input_is_left_alone() -> None:
    films = torch.full((200, 1, SIDE, SIDE), 0.5)
    marked = paste_letters(films, chance(1), share=0.5)
    assert 80 <= int((marked != films).flatten(1).any(1).sum()) <= 120
    assert (films == 0.5).all()
    assert torch.equal(paste_letters(films, chance(1)), marked)
    assert not torch.equal(paste_letters(films, chance(2)), marked)


def test_values_stay_between_black_and_the_brightest() -> None:
    films = torch.rand(64, 1, SIDE, SIDE, generator=chance(3)) * 3
    marked = paste_letters(films, chance(4), share=1.0)
    assert float(marked.min()) >= 0
    assert float(marked.max()) <= float(films.max()) + 1e-5


def test_letters_are_drawn_once_and_have_ink_and_a_margin_without() -> None:
    stack = letters(SIDE)
    assert letters(SIDE) is stack
    assert len(stack) > 40
    for ink in stack:
        assert ink.shape[1] <= WIDEST * SIDE
        assert ink.max() > 0.3
        assert float(ink[0].max()) == 0
