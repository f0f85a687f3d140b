"""Each screen in each language and look at 80x24, as a golden: look at them when one changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from lightbox_edge import Outcome, Result, Review, Worklist
from lightbox_edge.decisions import pins, reviewing
from lightbox_edge.languages import languages, load_language
from lightbox_edge.radiograph import Header
from lightbox_edge.reading import Source
from lightbox_edge.results import AnomalyRank, DescriptorScore, FindingScore
from lightbox_edge.worklist import FileResults, Judge
from lightbox_tui import ReviewApp
from lightbox_tui.themes import LOOKS, Look
from tests.tui.conftest import golden, screen_text

SIZE = (80, 24)
PIN = "2468"
NAMES = ("any abnormality", "pleural effusion", "lung mass or nodule")
JUDGE = Judge("j1", "chest-open", "int8", NAMES, "1.0", "c1")
CHILD = (
    "Its header says that the patient is a child (004Y), and this bundle knows adults alone; a person must "
    "read it (child)."
)
EFFUSION = (
    DescriptorScore("There is a pleural effusion.", 0.93),
    DescriptorScore("Blunting of the costophrenic angle.", 0.84),
)
OUTCOMES = (
    Outcome(
        "judged",
        "flagged",
        (),
        (
            FindingScore("pleural effusion", 0.91, 0.5, True, True, EFFUSION),
            FindingScore("lung mass or nodule", 0.12, 0.4, False),
        ),
        "PA",
        Header("P-0071", "063Y", "F", "20240131"),
    ),
    Outcome("judged", "uncertain", (), (FindingScore("lung mass or nodule", 0.38, 0.4, False),)),
    Outcome("judged", "not flagged", (), (FindingScore("any abnormality", 0.08, 0.5, False),)),
    Outcome("not judged", "not judged", (CHILD,)),
)


@pytest.fixture(autouse=True)
def _same_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "N", 2)
    monkeypatch.setattr(reviewing, "_now", lambda: "2026-03-01T08:15:00+00:00")


@pytest.fixture
def worklist(tmp_path: Path) -> Iterator[Worklist]:
    """A film of each triage, one of them ranked."""
    with Worklist(tmp_path / "t.worklist") as made:
        made.add_judge(JUDGE)
        for number, outcome in enumerate(OUTCOMES):
            path, sha256 = f"films/{number}.dcm", str(number) * 64
            row = Result(path, None, sha256, outcome)
            made.commit(JUDGE, [FileResults(Source(path, path, (), 1, 1), sha256, (row,), (b"",))])
        made.rank(JUDGE, {("0" * 64, 0): AnomalyRank(1, 214)})
        for name in ("Amina", "Bela"):
            Review(made).readers.add(name, PIN)
        yield made


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()


@pytest.mark.parametrize("code", languages())
async def test_the_screens_in_each_language(worklist: Worklist, code: str) -> None:
    app = ReviewApp(worklist, say=load_language(code), tour=True)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        golden(f"tour-{code}", screen_text(app))
        await press(pilot, "enter")
        golden(f"sign-in-{code}", screen_text(app))
        await press(pilot, *"Amina", "enter", *PIN, "enter")
        golden(f"worklist-{code}", screen_text(app))
        await press(pilot, "d", *"mass", "enter", "down", "down")
        golden(f"child-{code}", screen_text(app))
        await press(pilot, "down", "d")
        golden(f"words-{code}", screen_text(app))
        await press(pilot, "escape", "question_mark")
        golden(f"help-{code}", screen_text(app))
        await press(pilot, "end")
        golden(f"help-end-{code}", screen_text(app))


@pytest.mark.parametrize("code", languages())
async def test_a_blind_reading_in_each_language(worklist: Worklist, code: str) -> None:
    app = ReviewApp(worklist, "blind-first", load_language(code))
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, *"Amina", "enter", *PIN, "enter", "c")
        golden(f"blind-{code}", screen_text(app))


@pytest.mark.parametrize("code", languages())
async def test_the_first_reader_in_each_language(code: str) -> None:
    with Worklist(":memory:") as worklist:
        app = ReviewApp(worklist, say=load_language(code))
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, *"Dina", "enter", *PIN, "enter", *"9999", "enter")
            golden(f"first-reader-{code}", screen_text(app))


async def test_the_ascii_look_draws_with_ascii_alone(worklist: Worklist) -> None:
    app = ReviewApp(worklist, look="ascii", tour=True)
    drawn = []
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        await pilot.pause()
        for keys in (
            ("enter",),
            ("A",),
            (*"mina", "enter"),
            (*PIN, "enter"),
            ("d",),
            ("escape",),
            ("question_mark",),
        ):
            drawn.append(screen_text(app))
            await press(pilot, *keys)
        drawn.append(screen_text(app))
        await press(pilot, "end", "escape")
        app.notify("told", title="Not recorded", severity="error")
        await pilot.pause(0.2)
        drawn.append(screen_text(app))
    assert [one for text in drawn for one in text if not one.isascii()] == []
    assert "told" in drawn[-1]
    golden("worklist-ascii", drawn[-3])


@pytest.mark.parametrize("look", LOOKS)
async def test_a_look_is_its_theme(worklist: Worklist, look: Look) -> None:
    app = ReviewApp(worklist, look=look)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert app.theme == f"lightbox-{look}"
