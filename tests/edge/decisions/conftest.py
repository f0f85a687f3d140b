"""A worklist with a few films, and readers whose PINs cost little."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lightbox_edge import Review, Worklist
from lightbox_edge.decisions import Mode, pins
from tests.reviewed_films import fill


@pytest.fixture(autouse=True)
def _cheap_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "N", 2)


@pytest.fixture
def worklist(tmp_path: Path) -> Iterator[Worklist]:
    with Worklist(tmp_path / "t.worklist") as made:
        fill(made)
        yield made


@pytest.fixture
def reading_as(worklist: Worklist) -> Iterator[Callable[..., Review]]:
    """Open the worklist once more as a reader, who is added if he is not there yet."""
    with ExitStack() as opened:

        def open_as(name: str, mode: Mode = "ai-first") -> Review:
            review = Review(opened.enter_context(Worklist(worklist.path)), mode)
            if name not in review.readers.names():
                review.readers.add(name, "2468")
            review.sign_in(name, "2468")
            return review

        yield open_as
