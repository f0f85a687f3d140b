"""A worklist with rows of five films and three decisions."""

from __future__ import annotations

from pathlib import Path

import pytest

from lightbox_edge import Review, Worklist
from lightbox_edge.decisions import pins
from tests.reviewed_films import fill, row


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(pins, "N", 2)
    path = tmp_path / "clinic.worklist"
    with Worklist(path) as worklist:
        fill(worklist)
        review = Review(worklist)
        review.readers.add("Amina", "2468")
        review.sign_in("Amina", "2468")
        for number in (0, 1, 2):
            review.decide(row(worklist, number), "agree")
    return path
