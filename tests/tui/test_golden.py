"""The golden check itself: a screen under a dialog is seen, a difference is told."""

from __future__ import annotations

import pytest

from lightbox_edge import Worklist
from lightbox_tui import ReviewApp
from tests.tui import conftest
from tests.tui.conftest import REWRITE, golden, screen_text


async def test_a_screen_is_all_that_the_terminal_shows() -> None:
    with Worklist(":memory:") as worklist:
        app = ReviewApp(worklist)
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            lines = screen_text(app).splitlines()
    assert len(lines) == 24
    assert "Lightbox" in lines[0]  # of the screen below
    assert any("first reader" in line for line in lines)  # of the dialog


def test_a_golden_is_written_on_demand_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setattr(conftest, "GOLDEN", tmp_path_factory.mktemp("golden"))
    monkeypatch.delenv(REWRITE, raising=False)
    with pytest.raises(AssertionError, match="no golden"):
        golden("a", "x\n")
    monkeypatch.setenv(REWRITE, "1")
    golden("a", "é\n")
    monkeypatch.delenv(REWRITE)
    golden("a", "é\n")
    with pytest.raises(AssertionError, match="look"):
        golden("a", "e\n")
