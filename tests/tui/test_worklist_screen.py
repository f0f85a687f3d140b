"""The worklist screen driven by keys: filters, counts, the next open film, what comes in while it is open."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from rich.cells import cell_len
from textual.widgets import Static

from lightbox_edge import Outcome, Review, Worklist
from lightbox_edge.decisions import DecisionLog, pins
from lightbox_edge.languages import ENGLISH
from lightbox_edge.reading import Source
from lightbox_edge.worklist import FileResults
from lightbox_tui import ReviewApp
from lightbox_tui.columns import GAP, Column, cut, fit
from lightbox_tui.worklist_screen import WorklistScreen
from tests.reviewed_films import JUDGE, fill, film
from tests.tui.tables import shown_rows, table_of

SIZE = (80, 24)
MANY = 300


@pytest.fixture(autouse=True)
def _cheap_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "N", 2)


@pytest.fixture
def worklist(tmp_path: Path) -> Iterator[Worklist]:
    """Five films and two readers; the rows by urgency are 0, 1, 3, 4, 2."""
    with Worklist(tmp_path / "t.worklist", patience=0.1) as made:
        fill(made)
        for name in ("Amina", "Bela"):
            Review(made).readers.add(name, "2468")
        yield made


def numbered(number: int, outcome: Outcome) -> FileResults:
    """A film of its own."""
    path, sha256 = f"films/n{number:03}.png", f"{number:064x}"
    row = msgspec.structs.replace(film(0).results[0], file=path, sha256=sha256, outcome=outcome)
    return FileResults(Source(path, path, (), 1, 1), sha256, (row,))


def many(worklist: Worklist) -> None:
    worklist.commit(JUDGE, [numbered(number, Outcome("judged", "flagged")) for number in range(MANY)])


class SignedIn(ReviewApp):
    """The app with its reader signed in; other tests type a PIN."""

    def get_default_screen(self) -> WorklistScreen:
        screen = super().get_default_screen()
        screen._review.reader = "Amina"
        screen._pages.begin()
        return screen


@dataclasses.dataclass
class Told:
    """A screening that stands as a test says."""

    is_running: bool = True
    error: str = ""


def lines(app: ReviewApp) -> list[str]:
    """What stands above the table."""
    shown = (app.screen.query_one(name, Static) for name in ("#counts", "#filter", "#screening"))
    return [str(one.content) for one in shown if one.display]


def films(app: ReviewApp) -> list[str]:
    return [row["film"] for row in shown_rows(app)]


def chosen(app: ReviewApp) -> str:
    row = table_of(app).film
    return row.result.path.removeprefix("films/") if row else ""


def look(app: ReviewApp) -> None:
    """What the timer does."""
    assert isinstance(app.screen, WorklistScreen)
    app.screen._look()


async def test_a_filter_is_chosen_by_keys_always_in_sight_and_left_by_escape(worklist: Worklist) -> None:
    app = SignedIn(worklist)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("escape")
        whole = ["5 films  ! 2  ? 1  x 1  . 1    5 open  0 decided  0 disputed"]
        assert lines(app) == whole
        await pilot.press("f", "right", "down", "right", "enter")
        await pilot.pause()
        assert films(app) == ["0.png", "1.png"]
        assert lines(app) == [*whole, "Filter: flagged, effusion: 2 films (Esc: all)"]
        await pilot.press("f", "left", "up", *"1.PNG", "enter")
        await pilot.pause()
        assert (films(app), lines(app)[1]) == (
            ["1.png"],
            "Filter: effusion, path has 1.PNG: 1 films (Esc: all)",
        )
        await pilot.press("f", "up", *"x", "enter")
        await pilot.pause()
        assert (films(app), chosen(app)) == ([], "")
        assert (
            str(app.screen.query_one("#why", Static).content) == "No film is like that: Esc shows all films."
        )
        await pilot.press("a", "u", "n", "space", "down")
        await pilot.press("escape")
        await pilot.pause()
        assert (len(films(app)), lines(app)) == (5, whole)
        await pilot.press("f", "down", "right", "escape")
        await pilot.pause()
        assert lines(app) == whole
    assert DecisionLog(worklist).standings.taken == 0


async def test_a_decision_leaves_the_cursor_and_space_goes_to_the_next_open_film(worklist: Worklist) -> None:
    app = SignedIn(worklist)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("escape", "f", "down", "down", "right", "enter")  # the open ones
        await pilot.press("a", "a", "a")
        await pilot.pause()
        assert chosen(app) == "0.png"
        assert DecisionLog(worklist).standings.taken == 1
        assert films(app)[0] == "0.png"  # decided, and still there to undo
        assert lines(app)[0].endswith("4 open  1 decided  0 disputed")
        await pilot.press("space", "r", "space")
        await pilot.pause()
        assert chosen(app) == "3.png"
        await pilot.press("c", "end", "space")
        await pilot.pause()
        assert chosen(app) == "4.png"
        await pilot.press("c", "end", "c", "space")
        await pilot.pause()
        assert [one.message for one in app._notifications] == [
            "No other film on this list waits for a decision."
        ]
    assert DecisionLog(worklist).standings.taken == 5


async def test_films_that_come_in_move_neither_the_cursor_nor_its_line(worklist: Worklist) -> None:
    many(worklist)
    app = SignedIn(worklist)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("escape", *["pagedown"] * 3, "up", "up")
        table = table_of(app)
        before, line = chosen(app), table.place - table.scroll_offset.y
        seen = films(app)
        with Worklist(worklist.path) as other:
            other.commit(JUDGE, [dataclasses.replace(film(0), source=Source("a", "films/a.png", (), 1, 1))])
            other.commit(
                JUDGE, [numbered(number, Outcome("judged", "flagged")) for number in range(MANY, 400)]
            )
        look(app)
        await pilot.pause()
        assert (chosen(app), table.place - table.scroll_offset.y, films(app)) == (before, line, seen)
        assert lines(app)[0].startswith("406 films  ! 403  ")


async def test_films_of_an_empty_worklist_appear_and_an_error_is_one_line(tmp_path: Path) -> None:
    screening = Told()
    with Worklist(tmp_path / "w") as worklist:
        app = SignedIn(worklist, screening=screening)
        async with app.run_test(size=SIZE) as pilot:
            await pilot.press("escape")
            assert lines(app)[1] == "Screening goes on: films appear as they are judged."
            with Worklist(tmp_path / "w") as other:
                fill(other, 0)
            look(app)
            await pilot.pause()
            assert (films(app), chosen(app)) == (["0.png"], "0.png")
            screening.is_running, screening.error = False, "There is no bundle here."
            look(app)
            await pilot.pause()
            assert lines(app)[1] == "Screening has stopped: There is no bundle here."
            screening.error = ""
            look(app)
            await pilot.pause()
            assert lines(app)[1] == "Screening is done."


async def test_in_blind_first_counts_and_filters_tell_nothing_that_is_hidden(worklist: Worklist) -> None:
    app = SignedIn(worklist, mode="blind-first")
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("escape")
        assert lines(app) == ["5 films  - 5 hidden  ! 0  ? 0  x 0  . 0    5 open  0 decided  0 disputed"]
        await pilot.press("f", "right", "enter")
        await pilot.pause()
        assert films(app) == []
        await pilot.press("escape", "x", "f", "right", "enter")
        await pilot.pause()
        assert films(app) == ["0.png"]
        assert lines(app)[0] == "5 films  - 4 hidden  ! 1  ? 0  x 0  . 0    4 open  1 decided  0 disputed"


async def test_the_cursor_is_always_in_sight(worklist: Worklist) -> None:
    many(worklist)
    app = SignedIn(worklist)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("escape", "end")
        await pilot.pause()
        assert (chosen(app), films(app)[-1]) == ("2.png", "2.png")
        table = table_of(app)
        table.scroll_to(y=100, animate=False, immediate=True)  # who drags the bar
        await pilot.pause()
        assert chosen(app).startswith("n1")
        assert chosen(app) in films(app)
        await pilot.press("home")
        await pilot.pause()
        assert (chosen(app), films(app)[0]) == ("0.png", "0.png")
        await pilot.resize_terminal(140, 45)
        await pilot.pause()
        await pilot.press("pagedown", "pagedown")
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert chosen(app) in films(app)


@pytest.mark.parametrize(
    ("width", "left_out"),
    [
        (79, {"rank", "date", "reader"}),
        (139, set()),
        (100, {"rank", "date"}),
        (61, {"rank", "date", "reader", "age", "patient"}),
        (20, {"rank", "date", "reader", "age", "patient", "probability", "finding", "decision"}),
    ],
)
def test_what_is_narrow_loses_columns_in_a_fixed_order(width: int, left_out: set[str]) -> None:
    columns = fit(width, ENGLISH, ranked=True)
    names = {column.name for column in fit(1000, ENGLISH, ranked=True)}
    assert {column.name for column in columns} == names - left_out
    used = sum(column.width for column in columns) + GAP * (len(columns) - 1)
    assert used == width or left_out >= {"decision"}


@pytest.mark.parametrize(
    "text", ["film.png", "a long name of a film.png", "胸部X線写真.dcm", "a\x1b[31m\nb", ""]
)
@pytest.mark.parametrize("name", ["film", "finding"])
def test_a_cell_fills_its_column_and_holds_nothing_but_letters(text: str, name: str) -> None:
    column = Column(name, "", 10)  # type: ignore[arg-type]  # one of the names
    told = cut(text, column)
    assert cell_len(told) == 10
    assert told.isprintable()


def test_a_film_keeps_the_end_of_its_name() -> None:
    assert cut("2026/01/film-000123.dcm", Column("film", "", 12)) == "~-000123.dcm"
    assert cut("pleural effusion", Column("finding", "", 12)) == "pleural eff~"
