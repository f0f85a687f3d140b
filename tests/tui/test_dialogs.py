"""Signing in, however fast it is typed: a PIN is never on the screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Static

from lightbox_edge import Review, Worklist
from lightbox_edge.decisions import DecisionLog, pins
from lightbox_edge.languages import Language
from lightbox_tui import ReviewApp
from lightbox_tui.questions import Questions
from tests.reviewed_films import fill
from tests.tui.conftest import screen_text

PIN = "2468"


@pytest.fixture(autouse=True)
def _cheap_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "N", 2)


@pytest.fixture
def worklist(tmp_path: Path) -> Iterator[Worklist]:
    """One film and nobody to read it."""
    with Worklist(tmp_path / "t.worklist") as made:
        fill(made, 0)
        yield made


def burst(pilot: Pilot[None], typed: str) -> None:
    """Send keys as a terminal does that was pasted into: all at once, nobody waits for the screen."""
    driver = pilot.app._driver
    assert driver is not None
    for sign in typed:
        driver.send_message(events.Key("enter" if sign == "\r" else sign.lower(), sign))


@pytest.mark.parametrize("readers", [("Amina",), ("Amina", "Bela")])
async def test_a_name_and_a_pin_in_one_burst(worklist: Worklist, readers: tuple[str, ...]) -> None:
    for name in readers:
        Review(worklist).readers.add(name, PIN)
    app = ReviewApp(worklist)
    async with app.run_test(size=(80, 24)) as pilot:
        burst(pilot, f"{PIN}\r" if len(readers) == 1 else f"amina\r{PIN}\r")
        await pilot.pause()
        assert PIN not in screen_text(app)
        assert app.sub_title.startswith("Amina, ")


async def test_enter_again_before_the_pin_was_looked_at(worklist: Worklist) -> None:
    Review(worklist).readers.add("Amina", PIN)
    app = ReviewApp(worklist)
    async with app.run_test(size=(80, 24)) as pilot:
        burst(pilot, "9999\r\r")
        await pilot.pause()
        assert "This is not the PIN of Amina." in screen_text(app)
        burst(pilot, f"{PIN}\r\r")
        await pilot.pause()
        assert app.sub_title.startswith("Amina, ")


async def test_half_a_pin_in_the_burst_is_not_shown(worklist: Worklist) -> None:
    for name in ("Amina", "Bela"):
        Review(worklist).readers.add(name, PIN)
    app = ReviewApp(worklist)
    async with app.run_test(size=(80, 24)) as pilot:
        burst(pilot, f"amina\r{PIN}")
        await pilot.pause()
        assert "2" not in "".join(line for line in screen_text(app).splitlines() if "amina" in line.lower())
        assert PIN not in screen_text(app)


async def test_a_wrong_pin_asks_for_the_pin_and_a_wrong_name_for_the_name(worklist: Worklist) -> None:
    for name in ("Amina", "Bela"):
        Review(worklist).readers.add(name, PIN)
    app = ReviewApp(worklist)
    async with app.run_test(size=(80, 24)) as pilot:
        burst(pilot, "amina\r9999\r")
        await pilot.pause()
        assert app.screen.query_one(Questions).password
        assert "This is not the PIN of Amina." in screen_text(app)
        await pilot.press("escape", "i")
        burst(pilot, f"amima\r{PIN}\r")
        await pilot.pause()
        assert not app.screen.query_one(Questions).password
        assert app.screen.query_one(Questions).value == ""
        assert PIN not in screen_text(app)
        assert "Amina" not in app.sub_title


async def test_a_known_finding_is_recorded_by_its_english_name(worklist: Worklist) -> None:
    Review(worklist).readers.add("Amina", PIN)
    say = Language("fr", "Français", {"mass": "masse", "effusion": "épanchement", "disagree": "désaccord"})
    app = ReviewApp(worklist, say=say)
    async with app.run_test(size=(80, 24)) as pilot:
        burst(pilot, f"{PIN}\r")
        await pilot.pause()
        await pilot.press("d")
        await pilot.pause()
        burst(pilot, "Masse, fracture\r")
        await pilot.pause()
        assert "Amina: désaccord: masse, fracture" in str(app.query_one("#why", Static).content)
    (decision,) = DecisionLog(worklist).standings.of(("0" * 64, 0)).decisions
    assert decision.seen == ("mass", "fracture")
