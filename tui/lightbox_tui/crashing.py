"""A crash of the screens tells where it happened, and nothing of what was on them."""

from __future__ import annotations

from rich.console import Console
from rich.segment import Segments
from rich.traceback import Traceback


def traceback_without_values(console: Console) -> Segments:
    """The error being handled, without the variables that Textual would print: they hold patients' data."""
    told = Traceback(show_locals=False, width=None)
    return Segments(console.render(told, console.options))
