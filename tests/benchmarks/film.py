"""How long a film takes to open and a key to repaint, by stage.

    python -m tests.benchmarks.film --bundle bundles/chest-open FILM...

The films are screened into a worklist that is thrown away. Opening is from the key press to the picture on
the screen, with the film fetched ahead; a repaint is from a key press to what a terminal would be sent.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from textual.app import App
from textual.pilot import Pilot

from lightbox_edge import Review, Screener, Worklist, open_bundle
from lightbox_edge.browsing import Pages
from lightbox_edge.decisions import ReviewRow, pins
from lightbox_edge.viewing import Canvas, FilmViewer, View, render, view_of
from lightbox_tui.film_screen import FilmScreen
from lightbox_tui.film_view import FilmView
from lightbox_tui.picture import FilmPicture, _half_cells
from lightbox_tui.terminal import Terminal

KEYS = ("]", "[", "{", "}", "e", "w", "w", "w", "e", "+", "l", "j", "h", "k", "-", "v", "v", "v")


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds by the clock and of this process's work: a busy machine shows in the first alone."""

    clock: float
    work: float


class Timed(App[int]):
    """The film screen alone; keeps when the picture that was drawn last was first painted."""

    def __init__(self, worklist: Worklist, viewer: FilmViewer) -> None:
        super().__init__()
        review = Review(worklist)
        review.readers.add("Bench", "2468")
        review.sign_in("Bench", "2468")
        self.rows = list(Pages(worklist, review))
        self.film = FilmScreen(review, self.rows, 0, viewer, terminal=Terminal("halfcell"))
        self.started = (0.0, 0.0)
        self.took: Took | None = None
        self.shown: object = None

    def on_mount(self) -> None:
        self.push_screen(self.film, self.exit)

    def start(self) -> None:
        """From now on wait for a picture that is not the one on the screen."""
        self.shown = self.film.query_one("#film", FilmPicture)._strips
        self.took, self.started = None, (perf_counter(), process_time())

    def _display(self, screen: Any, renderable: Any) -> None:
        super()._display(screen, renderable)
        if hasattr(renderable, "render_segments"):  # what a driver would write, which a test's does not
            renderable.render_segments(self.console)
        strips = self.film.query_one("#film", FilmPicture)._strips if self.film.is_mounted else None
        if self.took is None and strips and strips is not self.shown:
            clock, work = self.started
            self.took = Took(perf_counter() - clock, process_time() - work)


async def timed(app: Timed, pilot: Pilot[int], key: str) -> Took:
    """From a key press until the new picture is painted."""
    app.start()
    await pilot.press(key)
    while app.took is None:
        await asyncio.sleep(0.005)
    return app.took


async def measure(worklist: Worklist, viewer: FilmViewer, size: tuple[int, int]) -> None:
    app = Timed(worklist, viewer)
    async with app.run_test(size=size) as pilot:
        opened = []
        for row in app.rows[1:]:
            viewer.open(row).result()
            await settled(app, pilot, viewer)
            opened.append(await timed(app, pilot, "right"))
        await settled(app, pilot, viewer)
        pressed = [(key, await timed(app, pilot, key)) for key in KEYS]
        canvas = app.film.query_one(FilmView)._picture.canvas
    print(f"{size[0]}x{size[1]}, picture of {canvas.columns} x {canvas.rows} pixels")
    print(f"  opening a fetched film  {told(opened)}")
    print(f"  key press to repaint    {told([took for _, took in pressed])}")
    print("    " + "  ".join(f"{key} {1e3 * took.clock:.0f}" for key, took in pressed))
    stages(viewer, app, canvas)


async def settled(app: Timed, pilot: Pilot[int], viewer: FilmViewer) -> None:
    """Wait until nothing is fetched or looked for any more."""
    for row in app.rows[:1]:
        while not viewer.open(row).done():
            await asyncio.sleep(0.02)
    await app.film.workers.wait_for_complete()
    await pilot.pause(0.2)


def told(took: Sequence[Took]) -> str:
    clock, work = (median(seconds) for seconds in zip(*((one.clock, one.work) for one in took), strict=True))
    return f"{1e3 * clock:6.1f} ms median of {len(took)}, of which {1e3 * work:.1f} ms work"


def stages(viewer: FilmViewer, app: Timed, canvas: Canvas) -> None:
    """The parts of it that are the edge's and the widget's."""
    row = app.rows[0]
    film, marks = viewer.open(row).result(), viewer.look(row).result().marks
    view = view_of(film, 0, View())
    whole = render(film, view, canvas, marks)
    parts: dict[str, Callable[[int], object]] = {
        "render, another window": lambda number: render(film, view.brightened(number / 999), canvas, marks),
        "render, another place": lambda number: render(
            film, view.zoomed(1.01**number, film.shape, canvas), canvas, marks
        ),
        "half cells": lambda _: _half_cells(whole),
    }
    for name, act in parts.items():
        took = []
        for number in range(1, 21):
            clock, work = perf_counter(), process_time()
            act(number)
            took.append(Took(perf_counter() - clock, process_time() - work))
        print(f"    {name:<22}{told(took)}")


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
                begin(viewer, Pages(worklist, Review(worklist))[0])
                asyncio.run(measure(worklist, viewer, size))


def begin(viewer: FilmViewer, row: ReviewRow) -> None:
    """What the first film costs and no other."""
    started = perf_counter()
    viewer.open(row).result()
    opened = perf_counter()
    viewer.look(row).result()
    print(f"first film, decoder started  {1e3 * (opened - started):6.0f} ms")
    print(f"its regions, models loaded   {1e3 * (perf_counter() - opened):6.0f} ms")


if __name__ == "__main__":
    main()
