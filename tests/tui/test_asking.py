"""Asking a film for words, by keys alone, at both sizes; the screen never waits for the answer."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input, Static
from textual.worker import WorkerFailed

from lightbox_edge import Bundle, LightboxError
from lightbox_edge.asking import Asker
from lightbox_edge.decisions import ReviewRow
from lightbox_edge.languages import ENGLISH, Language, languages, load_language
from lightbox_tui.asking import AskScreen, Picture
from tests.asked_films import NAMES, asker_of, lay_out, row, screen
from tests.tui.conftest import golden, screen_text

SIZES = [(80, 24), (140, 45)]


@pytest.fixture(scope="module")
def worklist(tmp_path_factory: pytest.TempPathFactory, bundle: Bundle) -> Path:
    made = tmp_path_factory.mktemp("asked")
    lay_out(made / "films")
    screen(bundle, made / "films", made / "films.worklist")
    return made / "films.worklist"


@pytest.fixture(scope="module")
def asker(worklist: Path, bundle: Bundle) -> Iterator[Asker]:
    with asker_of(bundle, worklist) as made:
        yield made


class Asking(App[None]):
    """One film's screen on top of an empty one."""

    def __init__(
        self, asker: Any, film: ReviewRow, say: Language = ENGLISH, picture: Picture | None = None
    ) -> None:
        super().__init__()
        self._made = AskScreen(asker, film, say, picture=picture)

    def on_mount(self) -> None:
        self.push_screen(self._made)


async def ask(pilot: Pilot[None], words: str) -> None:
    """Type the words and wait for the answer."""
    await pilot.press(*("space" if one == " " else one for one in words), "enter")
    with suppress(WorkerFailed):  # the screen says why
        await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def told(app: App[None]) -> str:
    return str(app.screen.query_one("#told", Static).content)


def shown(app: App[None]) -> list[str]:
    """What is drawn, line by line."""
    strips = app.screen._compositor.render_strips()
    return ["".join(part.text for part in strip).rstrip() for strip in strips]


@pytest.mark.parametrize("size", SIZES)
async def test_words_get_an_answer_with_a_map(asker: Asker, worklist: Path, size: tuple[int, int]) -> None:
    app = Asking(asker, row(worklist, NAMES[0]))
    async with app.run_test(size=size) as pilot:
        assert "Ask in English" in told(app)
        await ask(pilot, "rib fracture on the left")
        assert told(app).splitlines()[0] == '"rib fracture on the left"'
        assert "These words were never validated" in told(app)
        assert "Looked at about the patient's left lung alone" in told(app)
        assert told(app).endswith("No diagnosis: a person decides.")
        drawn = shown(app)
        assert drawn[0].endswith(NAMES[0])
        right = [line[size[0] // 2 :] for line in drawn]
        (best,) = [line for line in right if "X" in line and "best" not in line]
        assert "@" in best
        assert any("X best" in line for line in drawn)
        assert app.screen.query_one(Input).value == ""
        assert app.screen.query_one(Input).has_focus


async def test_arrows_bring_back_what_was_asked_in_this_session(asker: Asker, worklist: Path) -> None:
    first = Asking(asker, row(worklist, NAMES[0]))
    async with first.run_test(size=SIZES[0]) as pilot:
        await ask(pilot, "mass")
        await ask(pilot, "cardiomegaly")
    again = Asking(asker, row(worklist, NAMES[1]))
    async with again.run_test(size=SIZES[0]) as pilot:
        values = []
        for key in ("up", "up", "down", "down"):
            await pilot.press(key)
            values.append(again.screen.query_one(Input).value)
        assert values == ["cardiomegaly", "mass", "cardiomegaly", ""]
        await pilot.press("up", "enter")
        await again.workers.wait_for_complete()
        await pilot.pause()
        assert told(again).splitlines()[0] == '"cardiomegaly"'


async def test_what_cannot_be_answered_is_a_sentence(asker: Asker, worklist: Path) -> None:
    app = Asking(asker, row(worklist, "not-a-chest-film.png"))
    async with app.run_test(size=SIZES[0]) as pilot:
        await ask(pilot, "mass")
        assert "is not judged, so nothing can be asked of it" in told(app)
        await ask(pilot, ".")
        assert told(app).startswith("There are no words to look for")


async def test_sentences_are_the_languages(asker: Asker, worklist: Path) -> None:
    other = Language("xx", "X", {"No diagnosis: a person decides.": "Nix.", "Looking ...": "Hm ..."})
    app = Asking(asker, row(worklist, NAMES[0]), other)
    async with app.run_test(size=SIZES[0]) as pilot:
        await ask(pilot, "mass")
        assert told(app).endswith("Nix.")


async def test_a_picture_takes_the_place_of_the_map(asker: Asker, worklist: Path) -> None:
    given: list[object] = []

    def picture(image: object) -> Widget:
        given.append(image)
        return Static("a picture", id="picture")

    app = Asking(asker, row(worklist, NAMES[0]), picture=picture)
    async with app.run_test(size=SIZES[1]) as pilot:
        await ask(pilot, "mass")
        await ask(pilot, "rib fracture")
        assert len(app.screen.query("#picture")) == 1
        assert not app.screen.query("#map")
    assert [max(one.size) for one in given] == [1024, 1024]  # type: ignore[attr-defined]  # Pillow's


class Slow:
    """An asker that answers when it is told to."""

    asked = ()

    def __init__(self) -> None:
        self.go, self.done = threading.Event(), threading.Event()

    def ask(self, *_: object) -> object:
        self.go.wait(30)
        self.done.set()
        raise LightboxError("Too late.")


async def test_the_screen_does_not_wait_and_escape_leaves(worklist: Path) -> None:
    slow = Slow()
    app = Asking(slow, row(worklist, NAMES[0]))
    async with app.run_test(size=SIZES[0]) as pilot:
        asking = app.screen
        await pilot.press("m", "enter")
        assert told(app) == "Looking ..."
        await pilot.press("a", "b")
        assert app.screen.query_one(Input).value == "ab"
        await pilot.press("escape")
        assert app.screen is not asking
        slow.go.set()
        assert slow.done.wait(30)
        await pilot.pause()
        assert app.return_code is None


async def test_pages_turn_where_the_answer_is_longer_than_the_screen(asker: Asker, worklist: Path) -> None:
    app = Asking(asker, row(worklist, NAMES[0]))
    async with app.run_test(size=(60, 14)) as pilot:
        await ask(pilot, "rib fracture on the left")
        assert not any("a person decides" in line for line in shown(app))
        await pilot.press("pagedown", "pagedown", "pagedown")
        await pilot.pause()
        assert any("a person" in line for line in shown(app))


@pytest.mark.parametrize("code", languages())
async def test_the_screen_before_words_in_each_language(asker: Asker, worklist: Path, code: str) -> None:
    """What is answered has the bundle's figures in it, and no golden may depend on those."""
    film = row(worklist, NAMES[0])
    named = msgspec.structs.replace(film.result, file=NAMES[0])
    app = Asking(asker, dataclasses.replace(film, result=named), load_language(code))
    async with app.run_test(size=SIZES[0]) as pilot:
        await pilot.pause()
        golden(f"ask-{code}", screen_text(app))
