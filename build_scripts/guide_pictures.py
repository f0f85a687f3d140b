"""Pictures of the real screens in one language: the samples are screened, and the review shows them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

from textual.app import App
from textual.pilot import Pilot

from lightbox_edge import Bundle, Review, Screener, Worklist
from lightbox_edge.languages import Language
from lightbox_edge.viewing import FilmViewer
from lightbox_tui import ReviewApp
from lightbox_tui.terminal import Terminal

SIZE = (80, 24)  # columns and rows
READER, PIN = "Amina", "1357"  # who decides in the pictures
PATIENCE = 60.0  # seconds
MANY = 9


@dataclass(frozen=True, slots=True)
class Pictures:
    """SVG pictures: the list, a flagged film, the list after the decision on it."""

    worklist: str
    film: str
    decided: str


def judged_samples(samples: Path, bundle: Bundle, worklist: Path) -> None:
    """Screen the sample films into a new worklist, with one reader."""
    with Worklist(worklist) as made, Screener(bundle, made) as screener:
        for _ in screener.screen([samples]):
            pass
        Review(made).readers.add(READER, PIN)


async def pictures(worklist: Path, bundle: Bundle, say: Language) -> Pictures:
    """What the review shows of that worklist, which it decides one film of: give it a copy."""
    with Worklist(worklist) as opened, FilmViewer(opened, bundle) as viewer:
        app = ReviewApp(opened, say=say, viewer=viewer, terminal=Terminal("halfcell"))
        async with app.run_test(size=SIZE) as pilot:
            await pilot.pause()
            await pilot.press(*PIN, "enter")
            await pilot.pause(0.5)
            shown = [_taken(app)]
            await pilot.press("down", "enter")
            await _until(pilot, lambda: _film_is_there(app, say))
            shown.append(_taken(app))
            await pilot.press("escape", "a")
            await pilot.pause(0.5)
            shown.append(_taken(app))
    return Pictures(*shown)


def _taken(app: App[Any]) -> str:
    """The screen as SVG that asks for no font from anywhere."""
    return re.sub(r"@font-face \{.*?\}", "", app.export_screenshot(title="Lightbox"), flags=re.DOTALL)


def _film_is_there(app: App[Any], say: Language) -> bool:
    """Whether a film is drawn, in more cells than single signs would be, and what is on it has been found."""
    begun = say("Looking for lungs, heart and findings ...").split()[0]
    shown = unescape(app.export_screenshot())
    return shown.count("▀") > MANY and begun not in shown


async def _until(pilot: Pilot[Any], holds: Callable[[], bool]) -> None:
    waited = 0.0
    while not holds():
        if (waited := waited + 0.1) > PATIENCE:
            raise TimeoutError("the film was not shown")
        await pilot.pause(0.1)
