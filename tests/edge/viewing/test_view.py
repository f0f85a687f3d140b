"""Ways from one view to the next: always on the film, always back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightbox_edge.viewing import Canvas, View
from lightbox_edge.viewing.view import CLOSEST, NARROWEST, OVERLAYS, WIDEST, scale, visible

SHAPES = st.tuples(st.integers(1, 3000), st.integers(1, 3000))
CANVASES = st.builds(Canvas, st.integers(1, 2000), st.integers(1, 2000), st.sampled_from([0.5, 1.0, 1.1]))
SHARES = st.floats(-3, 3)
VIEWS = st.builds(
    View,
    level=st.floats(0, 1),
    width=st.floats(NARROWEST, WIDEST),
    zoom=st.floats(1, CLOSEST),
    x=st.floats(0, 1),
    y=st.floats(0, 1),
    inverted=st.booleans(),
)


def inside(view: View, shape: tuple[int, int], canvas: Canvas) -> bool:
    left, top, right, bottom = visible(view, shape, canvas)
    return -1e-6 <= left < right <= shape[1] + 1e-6 and -1e-6 <= top < bottom <= shape[0] + 1e-6


@given(VIEWS, SHAPES, CANVASES, SHARES, SHARES)
def test_whatever_is_panned_or_zoomed_shows_the_film_alone(
    view: View, shape: tuple[int, int], canvas: Canvas, right: float, down: float
) -> None:
    for moved in (
        view,
        view.panned(right, down, shape, canvas),
        view.zoomed(2 ** (right * 3), shape, canvas),
    ):
        assert inside(moved, shape, canvas)
        assert 0 <= moved.x <= 1
        assert 0 <= moved.y <= 1
        assert 1 <= moved.zoom <= CLOSEST


@given(VIEWS, SHAPES, CANVASES)
def test_what_is_seen_fits_the_canvas(view: View, shape: tuple[int, int], canvas: Canvas) -> None:
    left, top, right, bottom = visible(view, shape, canvas)
    across, down = scale(view, shape, canvas)
    assert (right - left) * across <= canvas.columns * (1 + 1e-9)
    assert (bottom - top) * down <= canvas.rows * (1 + 1e-9)
    assert down == pytest.approx(across * canvas.aspect)


@given(SHAPES, CANVASES)
def test_a_whole_film_is_seen_whole(shape: tuple[int, int], canvas: Canvas) -> None:
    rows, columns = shape
    assert visible(View(zoom=5, x=0.1).whole(), shape, canvas) == pytest.approx((0, 0, columns, rows))


@given(VIEWS, SHAPES, CANVASES, st.floats(0.05, 0.5), st.booleans())
def test_a_pan_back_begins_at_once(
    view: View, shape: tuple[int, int], canvas: Canvas, step: float, across: bool
) -> None:
    """At the film's edge no pans are saved up that must be taken back first."""
    right, down = (step, 0.0) if across else (0.0, step)
    for _ in range(80):  # to the edge
        view = view.panned(right, down, shape, canvas)
    back = view.panned(-right, -down, shape, canvas)
    seen, after = visible(view, shape, canvas), visible(back, shape, canvas)
    moved = seen[0] - after[0] if across else seen[1] - after[1]
    room = seen[0] if across else seen[1]
    size = seen[2] - seen[0] if across else seen[3] - seen[1]
    assert moved == pytest.approx(min(room, step * size), abs=1e-3)


@given(VIEWS, st.floats(0.2, 5), SHARES)
def test_windows_stay_in_their_bounds(view: View, times: float, share: float) -> None:
    changed = view.widened(times).brightened(share)
    assert NARROWEST <= changed.width <= WIDEST
    assert 0 <= changed.level <= 1
    assert changed.by_hand


@given(VIEWS)
def test_turning_over_and_overlays_come_back(view: View) -> None:
    assert view.turned_over().turned_over() == view
    again = view
    for _ in OVERLAYS:
        again = again.overlaid()
    assert again == view


def test_brighter_is_brighter_in_a_negative_too() -> None:
    assert View().brightened(0.1).level == pytest.approx(0.4)
    assert View(inverted=True).brightened(0.1).level == pytest.approx(0.6)


def test_zooming_keeps_the_centre_where_there_is_room() -> None:
    shape, canvas = (1000, 800), Canvas(80, 100)
    near = View(zoom=4, x=0.4, y=0.6).zoomed(2, shape, canvas)
    assert (near.x, near.y, near.zoom) == (pytest.approx(0.4), pytest.approx(0.6), 8)
