"""A screen as plain text, and its golden file: ``golden("review-fr", screen_text(app))``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from textual._compositor import LayoutUpdate
from textual.app import App

GOLDEN = Path(__file__).parent / "golden"
REWRITE = "LIGHTBOX_REWRITE_GOLDENS"  # set to 1, a test writes its goldens: look at them before a commit


def screen_text(app: App[Any]) -> str:
    """What the terminal shows, the screens under a dialog included: a line a row, without trailing blanks."""
    update = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    assert isinstance(update, LayoutUpdate)
    return "".join("".join(part.text for part in strip).rstrip() + "\n" for strip in update.strips)


def golden(name: str, text: str) -> None:
    """Hold a text against ``golden/NAME.txt``."""
    file = GOLDEN / f"{name}.txt"
    if os.environ.get(REWRITE):
        file.write_text(text, "utf-8", newline="\n")
    assert file.is_file(), f"no golden {file.name} yet: run the test once with {REWRITE}=1"
    assert text == file.read_text("utf-8"), f"{file.name}: look, and run with {REWRITE}=1 if it is right"
