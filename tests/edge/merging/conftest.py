"""PINs that cost little."""

from __future__ import annotations

import pytest

from lightbox_edge.decisions import pins


@pytest.fixture(autouse=True)
def _cheap_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "N", 2)
