"""The review screen at 80x24, driven by keys: rows in order, the chosen film explained."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Static

from lightbox_edge import Outcome, Result, Worklist
from lightbox_edge.decisions import FilmStanding, ReviewRow
from lightbox_edge.radiograph import Header
from lightbox_edge.reading import Source
from lightbox_edge.results import AnomalyRank, DescriptorScore, FindingScore
from lightbox_edge.worklist import FileResults, Judge
from lightbox_tui import ReviewApp, explaining
from tests.tui.tables import shown_rows, table_of

SIZE = (80, 24)
JUDGE = Judge("j", "chest-open", "int8", ("effusion", "mass"))
SCORES = (
    FindingScore("effusion", 0.81, 0.8, True, True, (DescriptorScore("There is fluid.", 0.9),)),
    FindingScore("mass", 0.93, 0.95, False),
)
FLAGGED = Result(
    "films/b [i]1[/i].dcm",
    2,
    "b" * 64,
    Outcome("judged", "flagged", (), SCORES, "PA", Header("P[7]", "063Y", "F", "20240131")),
)
CLEAR = Result(
    "films/a.png",
    None,
    "a" * 64,
    Outcome("judged", "not flagged", (), (FindingScore("effusion", 0.1, 0.8, False),)),
)
BROKEN = Result("films/[/x].dcm", None, None, Outcome("unreadable", "not judged", ("It is cut [off].",)))


@pytest.fixture
def worklist(tmp_path: Path) -> Worklist:
    made = Worklist(tmp_path / "t.worklist")
    made.add_judge(JUDGE)
    for row in (CLEAR, BROKEN, FLAGGED):
        made.commit(JUDGE, [FileResults(Source(row.file, row.file, (), 1, 1), row.sha256, (row,))])
    return made


def explain(row: Result) -> str:
    """What is told of a film that nobody has decided on."""
    return explaining.explain(ReviewRow(row, JUDGE), FilmStanding(), True)


def why(app: ReviewApp) -> str:
    return str(app.query_one("#why", Static).content)


async def test_the_flagged_film_is_first_and_explained(worklist: Worklist) -> None:
    app = ReviewApp(worklist)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("escape")  # only look
        names = ("triage", "patient", "age", "finding", "probability", "decision", "film")
        assert [tuple(row.values()) for row in shown_rows(app)] == [
            ("! flagged", "P[7]", "63Y F", "effusion", "0.81", "", "~i]1[/i].dcm#2"),
            ("x not judged", "", "", "", "", "", "[/x].dcm"),
            (". not flagged", "", "", "effusion", "0.10", "", "a.png"),
        ]
        assert tuple(shown_rows(app)[0]) == names
        assert app.focused is table_of(app)
        await pilot.pause()
        assert why(app) == explain(FLAGGED)


async def test_ranks_have_a_column_once_there_are_some(worklist: Worklist) -> None:
    patched = Result("films/c.png", None, "c" * 64, Outcome("judged", "not flagged"))
    where = Source(patched.file, patched.file, (), 1, 1)
    worklist.commit(JUDGE, [FileResults(where, patched.sha256, (patched,), (b"patches",))])
    worklist.rank(JUDGE, {("c" * 64, 0): AnomalyRank(1, 214)})
    app = ReviewApp(worklist)
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.press("escape")  # only look
        await pilot.pause()
        assert [row["rank"] for row in shown_rows(app)] == ["", "", "", "1 of 214"]
        assert shown_rows(app)[0] == {
            "triage": "! flagged", "patient": "P[7]", "age": "63Y F", "date": "2024-01-31",
            "finding": "effusion", "probability": "0.81", "decision": "", "reader": "", "rank": "",
            "film": "b [i]1[/i].dcm#2",
        }  # fmt: skip
    ranked = next(row for row in worklist.results() if row.anomaly)
    assert explain(ranked).endswith("\n\nunlike the others: 1 of 214 (1 is the strangest)")


async def test_the_cursor_explains_each_film(worklist: Worklist) -> None:
    app = ReviewApp(worklist)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("escape")  # only look
        seen = []
        for key in ("down", "down", "down", "up"):
            await pilot.press(key)
            await pilot.pause()
            seen.append(why(app))
        assert seen == [explain(row) for row in (BROKEN, CLEAR, CLEAR, BROKEN)]


async def test_what_is_drawn_is_what_the_names_say(worklist: Worklist) -> None:
    """Brackets of a name are letters, not markup."""
    app = ReviewApp(worklist)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("escape")  # only look
        await pilot.pause()
        drawn = ["".join(segment.text for segment in line) for line in app.screen._compositor.render_strips()]
        assert [len(line) for line in drawn] == [80] * 24
        screen = "\n".join(drawn)
        for text in ("Lightbox", "! flagged", "x not judged", "i]1[/i].dcm#2", "[/x].dcm", "P[7]", "Quit"):
            assert text in screen


async def test_q_quits_and_the_worklist_is_as_it_was(worklist: Worklist) -> None:
    before = list(worklist.results())
    app = ReviewApp(worklist)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("escape")  # only look
        await pilot.press("q")
        await pilot.pause()
        assert not app.is_running
    assert app.return_code == 0
    assert list(worklist.results()) == before


async def test_an_empty_worklist_says_so() -> None:
    with Worklist(":memory:") as worklist:
        app = ReviewApp(worklist)
        async with app.run_test(size=SIZE) as pilot:
            await pilot.press("escape")
            await pilot.press("down", "enter")
            assert shown_rows(app) == []
            assert why(app) == "The worklist is empty."


def test_an_explanation_names_who_what_and_why() -> None:
    assert explain(FLAGGED).splitlines() == [
        "films/b [i]1[/i].dcm#2",
        "P[7]  F  063Y  20240131  PA",
        "",
        "! flagged",
        "",
        "! effusion  0.81 (flags at 0.80)",
        "    0.90  There is fluid.",
        "",
        "  mass  0.93 (flags at 0.95)",
    ]
    assert explain(BROKEN).splitlines() == [
        "films/[/x].dcm",
        "no patient data in the file",
        "",
        "x not judged",
        "It is cut [off].",
    ]
