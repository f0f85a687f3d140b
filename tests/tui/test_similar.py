"""Films that are alike, on a screen: what stands in the table, what is hidden, where Enter goes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual.app import App
from textual.widgets import DataTable, Static
from textual.worker import WorkerFailed

from lightbox_edge import Outcome, Result, Review, Worklist
from lightbox_edge.asking import SimilarFilms
from lightbox_edge.decisions import Mode, ReviewRow, pins
from lightbox_edge.features import pack_features
from lightbox_edge.languages import ENGLISH, Language, languages, load_language
from lightbox_edge.radiograph import Header
from lightbox_edge.reading import Source
from lightbox_edge.results import FindingScore
from lightbox_edge.worklist import FileResults
from lightbox_tui.similar import SimilarScreen
from tests.asked_films import row
from tests.reviewed_films import JUDGE
from tests.tui.conftest import golden, screen_text

SIZE = (80, 24)


@pytest.fixture(autouse=True)
def _cheap_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "N", 2)


def film(number: int, patient: str) -> FileResults:
    """Each film is five degrees farther from the first; the third is not flagged."""
    path, sha256, angle = f"films/{number}.png", f"{number:064x}", np.deg2rad(5 * number)
    flagged = number != 2
    outcome = Outcome(
        "judged", "flagged" if flagged else "not flagged", (),
        (
            FindingScore("effusion", max(0.0, 0.9 - number / 10), 0.5, flagged),
            FindingScore("[mass]", 0.1, 0.5, False),
        ),
        header=Header(PatientID=patient, StudyDate="20260123" if number else ""),
    )  # fmt: skip
    packed = pack_features(np.array([np.cos(angle), np.sin(angle)], np.float32))
    result = Result(path, None, sha256, outcome)
    return FileResults(Source(path, path, (), 1, 1), sha256, (result,), (), (packed,))


@pytest.fixture
def worklist(tmp_path: Path) -> Iterator[Worklist]:
    with Worklist(tmp_path / "w") as made:
        made.add_judge(JUDGE)
        made.commit(JUDGE, [film(number, patient) for number, patient in enumerate(("7", "8", "7", ""))])
        yield made


class Alike(App[ReviewRow | None]):
    """The screen, whose end ends the app with what it was left with."""

    def __init__(self, review: Review, worklist: Worklist, film: ReviewRow, say: Language = ENGLISH) -> None:
        super().__init__()
        self._made = SimilarScreen(SimilarFilms(review, worklist.again), film, say)

    def on_mount(self) -> None:
        self.push_screen(self._made, self.exit)


def reviewing(worklist: Worklist, mode: Mode, *decided: str) -> Review:
    review = Review(worklist, mode)
    if not review.readers.names():
        review.readers.add("Amina", "2468")
    review.sign_in("Amina", "2468")
    for path in decided:
        review.decide(row(worklist.path, path), "refer")
    return review


async def settled(pilot: Any) -> list[list[str]]:
    """The table, once the films were found."""
    with suppress(WorkerFailed):  # the screen says why
        await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    table = pilot.app.screen.query_one(DataTable)
    return [[str(cell) for cell in table.get_row_at(index)] for index in range(table.row_count)]


def told(app: App[Any]) -> str:
    return str(app.screen.query_one("#told", Static).content)


async def test_the_table_has_what_the_reader_may_see_and_enter_goes_there(worklist: Worklist) -> None:
    app = Alike(reviewing(worklist, "ai-first", "2.png"), worklist, row(worklist.path, "/0.png"))
    async with app.run_test(size=SIZE) as pilot:
        assert await settled(pilot) == [
            ["!", "8", "2026-01-23", "effusion 0.80", "", "0.996"],
            [".", "= 7", "2026-01-23", "effusion 0.70", "refer", "0.985"],
            ["!", "3.png", "2026-01-23", "effusion 0.60", "", "0.966"],
        ]
        assert "Of 3 films." in told(app)
        assert "nobody validated that" in told(app)
        await pilot.press("down")
        await pilot.pause()
        assert told(app).splitlines()[0] == "films/2.png; = the same patient; Amina: refer"
        await pilot.press("enter")
    assert app.return_value == row(worklist.path, "2.png")


async def test_blind_the_machines_view_is_hidden_but_for_films_decided_on(worklist: Worklist) -> None:
    app = Alike(reviewing(worklist, "blind-first", "2.png"), worklist, row(worklist.path, "/0.png"))
    async with app.run_test(size=SIZE) as pilot:
        assert [[one[0], one[3]] for one in await settled(pilot)] == [
            ["-", "hidden"],
            [".", "effusion 0.70"],
            ["-", "hidden"],
        ]
        await pilot.press("escape")
    assert app.return_value is None


async def test_a_film_without_features_is_a_sentence(worklist: Worklist) -> None:
    with worklist.writing() as connection:
        connection.execute("DELETE FROM film_features WHERE rowid = 1")
    app = Alike(reviewing(worklist, "ai-first"), worklist, row(worklist.path, "/0.png"))
    async with app.run_test(size=SIZE) as pilot:
        assert await settled(pilot) == []
        assert told(app).startswith("films/0.png was screened by an older Lightbox")
        await pilot.press("enter", "escape")
    older = Alike(reviewing(worklist, "ai-first"), worklist, row(worklist.path, "/1.png"))
    async with older.run_test(size=SIZE) as pilot:
        assert len(await settled(pilot)) == 2
        assert "1 films of an older Lightbox cannot be compared." in told(older)


async def test_a_lonely_film_is_told_so(tmp_path: Path) -> None:
    with Worklist(tmp_path / "one") as worklist:
        worklist.add_judge(JUDGE)
        worklist.commit(JUDGE, [film(0, "")])
        app = Alike(Review(worklist), worklist, row(worklist.path, "0.png"))
        async with app.run_test(size=SIZE) as pilot:
            assert await settled(pilot) == []
            assert told(app) == "There is no other film to compare with."


@pytest.mark.parametrize("size", [SIZE, (140, 45)])
async def test_a_long_patient_id_pushes_nothing_off_the_screen(tmp_path: Path, size: tuple[int, int]) -> None:
    with Worklist(tmp_path / "long") as worklist:
        worklist.add_judge(JUDGE)
        worklist.commit(JUDGE, [film(number, "P" * 64) for number in range(25)])
        app = Alike(Review(worklist), worklist, row(worklist.path, "/0.png"))
        async with app.run_test(size=size) as pilot:
            assert len(await settled(pilot)) == 20
            strips = app.screen._compositor.render_strips()
            drawn = ["".join(part.text for part in strip) for strip in strips]
    assert "cosine" in drawn[1]
    assert "0.996" in drawn[2]
    assert all(len(line.rstrip()) <= size[0] for line in drawn)


@pytest.mark.parametrize("code", languages())
async def test_the_screen_in_each_language(worklist: Worklist, code: str) -> None:
    review = reviewing(worklist, "ai-first", "1.png")
    app = Alike(review, worklist, row(worklist.path, "0.png"), load_language(code))
    async with app.run_test(size=SIZE) as pilot:
        await settled(pilot)
        golden(f"similar-{code}", screen_text(app))
