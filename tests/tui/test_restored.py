"""A worklist that was restored says so for as long as it is on the screen; a crash prints no patient."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Static

from lightbox_edge import Worklist
from lightbox_edge.languages import choose_language
from lightbox_edge.worklist_files import Restored
from lightbox_tui import ReviewApp
from tests.reviewed_films import fill

AT = "2026-11-22 19:40"


@pytest.fixture
def worklist(tmp_path: Path) -> Iterator[Worklist]:
    with Worklist(tmp_path / "t.worklist") as made:
        fill(made, 0)
        yield made


def restored(worklist: Worklist, readable: int) -> Restored:
    path = Path(worklist.path)
    return Restored(path, "it is gone", path.with_name("t.worklist.damaged-1"), AT, 1200, 15, readable)


async def line(app: ReviewApp) -> str:
    async with app.run_test(size=(120, 24)) as pilot:
        await pilot.pause()
        told = app.query_one("#restored", Static)
        return str(told.content) if told.display else ""


async def test_a_sound_one_says_nothing(worklist: Worklist) -> None:
    assert await line(ReviewApp(worklist)) == ""


async def test_it_says_what_the_copy_has_and_what_may_be_missing(worklist: Worklist) -> None:
    told = await line(ReviewApp(worklist, restored=restored(worklist, 15)))
    assert "The worklist was damaged." in told
    assert f"({AT}): 1200 rows, 15 decisions" in told
    assert "screen the same folders again" in told
    assert "do not throw it away" not in told


async def test_it_names_the_file_that_still_has_decisions(worklist: Worklist) -> None:
    told = await line(ReviewApp(worklist, say=choose_language("fr"), restored=restored(worklist, 18)))
    assert "18" in told
    assert "t.worklist.damaged-1" in told
    assert "damaged." not in told


async def test_a_crash_tells_where_and_not_what(
    worklist: Worklist, capsys: pytest.CaptureFixture[str]
) -> None:
    def crash() -> None:
        patient = "".join(reversed("eledoyA"))
        raise ZeroDivisionError(len(patient))

    app = ReviewApp(worklist)
    with pytest.raises(ZeroDivisionError):  # noqa: PT012  # it comes out of the app's end
        async with app.run_test() as pilot:
            app.call_later(crash)
            await pilot.pause()
    told = capsys.readouterr().err
    assert "ZeroDivisionError" in told
    assert "in crash" in told
    assert "Ayodele" not in told  # Textual's own would print the variables
