"""The film screen driven by keys on real films: look, draw, decide, and hide what must be hidden."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input, Static

from lightbox_edge import Bundle, Review, Screener, Worklist
from lightbox_edge.browsing import Pages
from lightbox_edge.decisions import DecisionLog, Mode, pins, verify
from lightbox_edge.viewing import FilmViewer
from lightbox_tui import ReviewApp, film_screen
from lightbox_tui.beside import Beside
from lightbox_tui.film_screen import FilmScreen
from lightbox_tui.film_table import FilmTable
from lightbox_tui.film_view import FilmView
from lightbox_tui.header_screen import HeaderScreen
from lightbox_tui.terminal import PictureKind, Terminal

SAMPLES = Path(__file__).parents[2] / "samples"
NAMES = ("film-02-lung-opacity.jpg", "film-07-monochrome2.dcm", "not-a-chest-film.png")
WIDE, NARROW = (140, 45), (80, 24)
PIN = "2468"


@pytest.fixture(autouse=True)
def _cheap_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "N", 2)


@pytest.fixture(scope="module")
def screened(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("films")
    for name in NAMES:
        shutil.copy(SAMPLES / name, folder / name)
    with Worklist(folder / "w") as worklist, Screener(bundle, worklist, precision="int8_avx2") as screener:
        assert len(list(screener.screen([folder]))) == 3
    return folder


@pytest.fixture
def folder(screened: Path, tmp_path: Path) -> Path:
    """The same worklist for each test, which may decide; its films lie where they were screened."""
    shutil.copy(screened / "w", tmp_path / "w")
    return tmp_path


@pytest.fixture
def worklist(folder: Path) -> Iterator[Worklist]:
    with Worklist(folder / "w") as made:
        Review(made).readers.add("Amina", PIN)
        yield made


@pytest.fixture
def viewer(worklist: Worklist, bundle: Bundle) -> Iterator[FilmViewer]:
    with FilmViewer(worklist, bundle) as made:
        yield made


class Films(App[int]):
    """Nothing but the film screen, and the place where it ended."""

    def __init__(
        self, worklist: Worklist, viewer: FilmViewer, mode: Mode = "ai-first", kind: PictureKind = "halfcell"
    ) -> None:
        super().__init__()
        self.review = Review(worklist, mode)
        self.review.sign_in("Amina", PIN)
        films = list(Pages(worklist, self.review))
        self.film = FilmScreen(self.review, films, 0, viewer, terminal=Terminal(kind))

    def on_mount(self) -> None:
        self.push_screen(self.film, self.exit)

    @property
    def told(self) -> str:
        """The words beside the film, wherever their lines are broken."""
        drawn = self.film.query_one("#told", Static)
        return " ".join(" ".join(line.text for line in drawn.render_lines(drawn.size.region)).split())

    @property
    def status(self) -> str:
        return str(self.film.query_one("#status", Static).content)

    @property
    def view(self) -> FilmView:
        return self.film.query_one(FilmView)

    def picture(self) -> list[str]:
        """The cells of the picture with their colours, line by line."""
        shown = self.film.query_one("#film")
        return [repr(list(shown.render_line(y))) for y in range(shown.size.height)]


async def settled(pilot: Pilot[int]) -> None:
    """Wait for the decoder and for regions."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    await pilot.app.screen.workers.wait_for_complete()
    await pilot.pause()


async def press(pilot: Pilot[int], *keys: str) -> None:
    await pilot.press(*keys)
    await settled(pilot)


async def test_a_flagged_film_is_shown_with_its_regions_and_reasons(
    worklist: Worklist, viewer: FilmViewer
) -> None:
    app = Films(worklist, viewer)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        assert "film-02-lung-opacity.jpg" in app.told
        assert "! flagged" in app.told
        assert "1 ! any abnormality <- drawn" in app.told
        assert "Acute cardiopulmonary disease is present." in app.told
        assert "heart (orange): cardiothoracic ratio 0." in app.told
        assert "Sorts frontal chest X-rays of adults" in app.told
        assert app.status == f"{app.view.status()}  outlines"
        assert app.status.startswith("as the model sees it  L 0.")
        drawn = app.picture()
        assert "ColorTriplet(red=86, green=180, blue=233)" in "".join(drawn)
        warning = app.film.query_one("#warning", Static)
        assert str(warning.content) == "Half-cells are no diagnostic display: o opens the film."
        await press(pilot, "v", "v")
        assert app.status.endswith("no overlay")
        assert "ColorTriplet(red=86, green=180, blue=233)" not in "".join(app.picture())
        assert "<- drawn" not in app.told


async def test_keys_change_the_window_the_zoom_and_the_place(worklist: Worklist, viewer: FilmViewer) -> None:
    app = Films(worklist, viewer)
    async with app.run_test(size=NARROW) as pilot:
        await settled(pilot)
        before, whole = app.view.view, app.picture()
        for keys, changed in (
            ("]", "level"), ("[", "level"), ("{", "width"), ("}", "width"), ("e", "inverted"),
            ("w", "preset"), ("+", "zoom"), ("l", "x"), ("j", "y"), ("h", "x"), ("k", "y"),
            ("shift+right", "x"), ("shift+left", "x"), ("shift+down", "y"), ("shift+up", "y"), ("-", "zoom"),
        ):  # fmt: skip
            was = app.view.view
            await pilot.press(keys)
            await pilot.pause()
            assert getattr(app.view.view, changed) != getattr(was, changed), keys
        assert app.picture() != whole
        assert "lungs" in app.status
        assert "negative" in app.status
        await press(pilot, "0", "e", "w", "w")
        assert app.view.view == before
        assert app.picture() == whole


async def test_a_decision_is_on_the_disk_and_space_brings_the_next_film(
    worklist: Worklist, viewer: FilmViewer
) -> None:
    app = Films(worklist, viewer)
    async with app.run_test(size=NARROW) as pilot:
        await settled(pilot)
        first = app.film.row
        await press(pilot, "r")
        assert app.film.row == first
        await press(pilot, "space")
        assert app.film.row.result.path.endswith("film-07-monochrome2.dcm")
        await press(pilot, "left")
        assert app.film.row == first
        assert "> Amina: refer" in app.told
        await press(pilot, "u")
        assert "> Amina: refer" not in app.told
        await pilot.press("d")
        app.screen.query_one(Input).value = "mass"
        await press(pilot, "enter")
        await press(pilot, "left", "n")
        app.screen.query_one(Input).value = "blurred"
        await press(pilot, "enter")
        assert "> Amina: disagree: mass blurred" in app.told
        await press(pilot, "pagedown", "right", "right", "q")
    assert app.return_value == 2
    assert verify(worklist).entries == 4
    (sha256, frame) = first.film or ("", 0)
    assert DecisionLog(worklist).standings.of((sha256, frame)).final[0].words == "disagree: mass"


async def test_blind_first_hides_all_that_the_machine_says(worklist: Worklist, viewer: FilmViewer) -> None:
    app = Films(worklist, viewer, "blind-first")
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        hidden = "no patient data in the file What the machine says is hidden until you have decided."
        assert app.told == f"{NAMES[0]} {hidden}"
        assert app.view.marks == ()
        assert viewer._looked == {}
        assert "outlines" not in app.status
        await press(pilot, "g", "1", "v", "v", "v")
        assert app.film.query_one(Beside).what == ""
        screen = "\n".join(
            "".join(part.text for part in line) for line in app.screen._compositor.render_strips()
        )
        assert not any(word in screen for word in ("flagged", "abnormality", "0.9", "heart", "chest-open"))
        await press(pilot, "x")
        assert app.film.row.result.path.endswith(NAMES[0])  # stays, for there is something to see now
        assert "> Amina: nothing seen" in app.told
        assert "1 ! any abnormality <- drawn" in app.told
        assert app.view.marks


async def test_what_the_model_gets_stands_beside_the_film(worklist: Worklist, viewer: FilmViewer) -> None:
    app = Films(worklist, viewer)
    async with app.run_test(size=NARROW) as pilot:
        await settled(pilot)
        await press(pilot, "g")
        beside = app.film.query_one(Beside)
        assert beside.display
        assert str(beside.query_one(Static).content).splitlines() == [
            "As the model gets it",
            "The bundle has no fp32 models to compare with.",
        ]
        assert not app.film.query_one("#words").display
        await press(pilot, "+")
        await press(pilot, "g")
        assert not beside.display
        assert app.film.query_one("#words").display
        await press(pilot, "b")
        assert "The worklist has no earlier film of this patient." in str(
            beside.query_one("#film-beside Static", Static).content
        )


async def test_the_header_of_a_dicom_film(worklist: Worklist, viewer: FilmViewer) -> None:
    app = Films(worklist, viewer)
    async with app.run_test(size=NARROW) as pilot:
        await settled(pilot)
        await press(pilot, "t")
        assert [one.message for one in app._notifications] == ["The file is no DICOM file and has no header."]
        await press(pilot, "right", "t")
        assert isinstance(app.screen, HeaderScreen)
        assert "(0010,0020) Patient ID                       SAMPLE-07" in str(
            app.screen.query_one(Static).content
        )
        await press(pilot, "t")
        assert app.screen is app.film


async def test_another_finding_is_drawn_by_its_number(worklist: Worklist, viewer: FilmViewer) -> None:
    app = Films(worklist, viewer)
    async with app.run_test(size=WIDE) as pilot:
        await settled(pilot)
        await press(pilot, "2")
        assert "2 ! lung opacity <- drawn" in app.told
        assert [mark.target for mark in app.view.marks][-1] == "lung opacity"
        await press(pilot, "9")
        assert [one.message for one in app._notifications] == ["Only what is flagged is drawn."]


async def test_the_film_for_the_systems_viewer(
    worklist: Worklist, viewer: FilmViewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(film_screen, "open_with_system", lambda file: opened.append(file) or len(opened) == 1)
    app = Films(worklist, viewer)
    async with app.run_test(size=NARROW) as pilot:
        await settled(pilot)
        await press(pilot, "o")
        await press(pilot, "o")
        said = [one.message for one in app._notifications]
        assert said[0] == "Opened in the system's viewer."
        assert said[1] == f"No viewer was found: the film is in {opened[1]} until you quit."
        assert all(file.is_file() for file in opened)


async def test_a_film_that_is_gone_is_one_sentence_and_can_be_decided_on(
    screened: Path, bundle: Bundle, tmp_path: Path
) -> None:
    for name in NAMES[:2]:
        shutil.copy(SAMPLES / name, tmp_path / name)
    with Worklist(tmp_path / "w") as worklist, Screener(bundle, worklist, precision="int8_avx2") as screener:
        list(screener.screen([tmp_path]))
    (tmp_path / NAMES[0]).unlink()
    shutil.copy(SAMPLES / "film-08-monochrome1.dcm", tmp_path / NAMES[1])
    with Worklist(tmp_path / "w") as worklist, FilmViewer(worklist, bundle) as viewer:
        Review(worklist).readers.add("Amina", PIN)
        app = Films(worklist, viewer)
        async with app.run_test(size=WIDE) as pilot:
            await settled(pilot)
            shown = app.film.query_one("#film Static", Static)
            assert str(shown.content) == "The file is no longer there."
            assert "! flagged" in app.told
            await press(pilot, "r", "space")
            assert "The file has changed: this is not the picture that was judged." in app.told
            assert app.view.marks == ()
            assert app.view.film is not None
        assert verify(worklist).entries == 1


async def test_without_a_bundle_and_in_letters(worklist: Worklist) -> None:
    with FilmViewer(worklist) as viewer:
        app = Films(worklist, viewer, kind="ascii")
        async with app.run_test(size=NARROW) as pilot:
            await settled(pilot)
            assert "There is no bundle here, so nothing is drawn upon the film." in app.told
            lines = [app.film.query_one("#film").render_line(y).text for y in range(10)]
            assert len(set("".join(lines))) > 5
            assert all(ord(sign) < 128 for line in lines for sign in line)
            assert "[" not in app.told.split("flags")[0]


async def test_a_key_that_means_nothing_here_decides_on_no_other_film(
    worklist: Worklist, viewer: FilmViewer
) -> None:
    """Decided on in blind-first, a film has nothing more for x; the one under the worklist's cursor has."""
    review = Review(worklist, "blind-first")
    review.sign_in("Amina", PIN)
    review.decide(Pages(worklist, review)[1], "nothing seen")
    app = ReviewApp(worklist, "blind-first", viewer=viewer)
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press(*PIN, "enter", "enter")
        await pilot.pause()
        assert isinstance(app.screen, FilmScreen)
        await pilot.press("right", "x", "s", "i")
        await pilot.pause()
        assert isinstance(app.screen, FilmScreen)
        await pilot.press("q")
        await pilot.pause()
        assert app.query_one(FilmTable).place == 1
    assert verify(worklist).entries == 1
