"""How long a film takes to open and a key to repaint, by stage.

    python -m tests.benchmarks.film --bundle bundles/chest-open FILM...

The films are screened into a worklist that is thrown away. Opening is from the key press to the picture on
the screen, with the film fetched ahead; a repaint is from a key press to what a terminal would be sent.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from textual.app import App
from textual.pilot import Pilot

from lightbox_edge import Review, Screener, Worklist, open_bundle
from lightbox_edge.decisions import pins
from lightbox_edge.viewing import Canvas, FilmViewer, View, render, view_of
from lightbox_tui.film_screen import FilmScreen
from lightbox_tui.film_view import FilmView
from lightbox_tui.picture import _half_cells
from lightbox_tui.terminal import Terminal

KEYS = ("]", "[", "{", "}", "e", "w", "w", "w", "e", "+", "l", "j", "h", "k", "-", "v", "v", "v")


class Timed(App[int]):
    """The film screen alone; keeps when it last painted, and what painting cost."""

    def __init__(self, worklist: Worklist, viewer: FilmViewer) -> None:
        super().__init__()
        review = Review(worklist)
        review.readers.add("Bench", "2468")
        review.sign_in("Bench", "2468")
        self.rows = review.rows()
        self.film = FilmScreen(review, self.rows, 0, viewer, terminal=Terminal("halfcell"))
        self.painted = 0.0
        self.painting: list[float] = []

    def on_mount(self) -> None:
        self.push_screen(self.film, self.exit)

    def _display(self, screen: Any, renderable: Any) -> None:
        super()._display(screen, renderable)
        started = perf_counter()
        if hasattr(renderable, "render_segments"):  # what a driver would write, which a test's does not
            renderable.render_segments(self.console)
        self.painted = perf_counter()
        self.painting.append(self.painted - started)


async def timed(app: Timed, pilot: Pilot[int], act: Callable[[], Awaitable[object]]) -> float:
    """Seconds from an act until the last painting that it led to."""
    started = perf_counter()
    await act()
    for _ in range(5):
        await asyncio.sleep(0.02)
        await pilot.pause()
    return max(0.0, app.painted - started)


async def measure(worklist: Worklist, viewer: FilmViewer, size: tuple[int, int]) -> None:
    app = Timed(worklist, viewer)
    async with app.run_test(size=size) as pilot:
        await timed(app, pilot, pilot.pause)
        opened: list[float] = []
        for row in app.rows[1:]:
            viewer.prefetch([row])
            viewer.open(row).result()
            opened.append(await timed(app, pilot, lambda: pilot.press("right")))
        while not viewer.look(app.film.row).done():
            await asyncio.sleep(0.05)
        app.painting.clear()
        pressed = {key: await timed(app, pilot, lambda: pilot.press(key)) for key in dict.fromkeys(KEYS)}
        painting = app.painting[:]
        canvas = app.film.query_one(FilmView)._picture.canvas
    print(f"{size[0]}x{size[1]}, picture of {canvas.columns} x {canvas.rows} pixels")
    print(f"  opening a fetched film   {1e3 * median(opened):6.1f} ms median of {len(opened)}")
    print(f"  key press to repaint     {1e3 * median(pressed.values()):6.1f} ms median", end="  ")
    print("  ".join(f"{key} {1e3 * one:.0f}" for key, one in pressed.items()))
    print(f"    of which painting      {1e3 * median(painting):6.1f} ms median of {len(painting)}")
    stages(viewer, app, canvas)


def stages(viewer: FilmViewer, app: Timed, canvas: Canvas) -> None:
    """The parts of it that are the edge's and the widget's."""
    row = app.rows[0]
    film, marks = viewer.open(row).result(), viewer.look(row).result().marks
    view = view_of(film, 0, View())
    whole = render(film, view, canvas, marks)
    for name, act in (
        (
            "render, another window",
            lambda number: render(film, view.brightened(0.001 * number), canvas, marks),
        ),
        (
            "render, another place",
            lambda number: render(film, view.zoomed(1.01**number, film.shape, canvas), canvas, marks),
        ),
        ("half cells", lambda _: _half_cells(whole)),
    ):
        seconds = []
        for number in range(1, 21):
            started = perf_counter()
            act(number)
            seconds.append(perf_counter() - started)
        print(f"    {name:<22} {1e3 * median(seconds):6.1f} ms median of {len(seconds)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("films", nargs="+", type=Path)
    parser.add_argument("--bundle", type=Path)
    arguments = parser.parse_args()
    pins.N = 2
    bundle = open_bundle(arguments.bundle)
    for size in ((80, 24), (140, 45)):
        with tempfile.TemporaryDirectory() as folder, Worklist(Path(folder) / "w") as worklist:
            with Screener(bundle, worklist, precision=next(iter(bundle.manifest.ladder))) as screener:
                list(screener.screen(arguments.films))
            with FilmViewer(worklist, bundle) as viewer:
                started = perf_counter()
                rows = [row for row in Review(worklist).rows() if row.result.outcome.status == "judged"]
                viewer.open(rows[0]).result()
                print(f"first film, decoder started     {1e3 * (perf_counter() - started):6.0f} ms")
                started = perf_counter()
                viewer.look(rows[0]).result()
                print(f"first regions, models loaded    {1e3 * (perf_counter() - started):6.0f} ms")
                asyncio.run(measure(worklist, viewer, size))


if __name__ == "__main__":
    main()
