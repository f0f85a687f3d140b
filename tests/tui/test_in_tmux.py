"""The real program in a real terminal, driven as a user would: tmux's send-keys and capture-pane."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lightbox_edge import Bundle, Review, Screener, Worklist
from lightbox_edge.decisions import DecisionLog, verify
from tests.processes import lightbox
from tests.reviewed_films import TRIAGES, entries, fill
from tests.terminal import PIN, Terminal

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

SIZES = ((80, 24), (140, 45))


Open = Callable[..., Terminal]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A worklist of five films and two readers; the rows by urgency are 0, 1, 3, 4, 2."""
    with Worklist(tmp_path / "w") as made:
        fill(made)
        for name in ("Amina", "Bela"):
            Review(made).readers.add(name, PIN)
    return tmp_path / "w"


@pytest.fixture
def opened(path: Path) -> Iterator[Open]:
    terminals: list[Terminal] = []

    def open_one(
        size: tuple[int, int] = SIZES[0], *arguments: object, call: list[str] | None = None
    ) -> Terminal:
        command = call or lightbox("review", "--worklist", path, *arguments)
        terminals.append(Terminal(path.parent, str(len(terminals)), size, command))
        return terminals[-1]

    yield open_one
    for terminal in terminals:
        terminal.close()


def standing(path: Path) -> list[str]:
    """What stands for each film, by its number."""
    with Worklist(path) as worklist:
        standings = DecisionLog(worklist).standings
        verify(worklist)
        return [standings.of((str(number) * 64, 0)).answer for number in range(len(TRIAGES))]


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "140x45"])
def test_open_filter_decide_undo_quit_and_the_worklist_holds_exactly_that(
    size: tuple[int, int], path: Path, opened: Open
) -> None:
    terminal = opened(size)
    terminal.sign_in("Amina")
    shown = terminal.sees("5 films", "5 open", "! flagged", "x not judged", "0.png", "a Agree", "q Quit")
    assert len(shown.splitlines()) == size[1]
    assert ("reader" in shown) is (size[0] > 80)
    terminal.press("a")
    terminal.sees("Amina: agree", "4 open  1 decided")
    terminal.press("f")
    terminal.sees("Which films to show")
    terminal.press("Down", "Down", "Right", "Enter")
    terminal.sees("Filter: open: 4 films", without="0.png")
    terminal.press("r")
    terminal.sees("Amina: refer", "3 open  2 decided")
    terminal.press("Space")
    terminal.sees("films/3.png")
    terminal.press("d")
    terminal.sees("What do you see instead?")
    terminal.press("mass", "Enter")
    terminal.sees("Amina: disagree: mass", "2 open  3 decided")
    terminal.press("u")
    terminal.sees("3 open  2 decided", without="disagree: mass")
    terminal.press("Escape")
    terminal.sees("0.png", "2.png", without="Filter:")
    terminal.press("q")
    terminal.ended()
    assert standing(path) == ["agree", "refer", "", "", ""]
    assert len(entries(str(path))) == 4


def test_two_reviewers_see_what_the_other_decides(path: Path, opened: Open) -> None:
    one, other = opened(SIZES[0]), opened(SIZES[1])
    one.sign_in("Amina")
    other.sign_in("Bela")
    one.press("a")
    other.sees("Amina: agree", "4 open  1 decided")
    other.press("d")
    other.sees("What do you see instead?")
    other.press("Enter")
    other.sees("They differ: a third reader arbitrates.", "1 disputed")
    one.sees("! flagged                       effusion", "disputed", "1 disputed")
    for terminal in (one, other):
        terminal.press("q")
        terminal.ended()
    assert standing(path) == ["disputed", "", "", "", ""]


@pytest.mark.parametrize("how", ["the terminal is closed", "the process is killed"])
def test_what_was_shown_as_decided_stays(how: str, path: Path, opened: Open) -> None:
    terminal = opened()
    terminal.sign_in("Amina")
    terminal.press("a", "Down", "r")
    terminal.sees("Amina: refer", "3 open  2 decided")
    terminal.press("Down", "d")
    terminal.sees("What do you see instead?")
    terminal.press("mass")  # never entered
    if how == "the terminal is closed":
        terminal.close()
    else:
        os.kill(terminal.process, signal.SIGKILL)
    terminal.ended()
    assert standing(path) == ["agree", "refer", "", "", ""]
    again = opened()
    again.sign_in("Amina")
    again.sees("agree", "refer", "3 open  2 decided")


def test_a_held_worklist_is_one_line_and_the_key_works_later(path: Path, opened: Open) -> None:
    terminal = opened()
    terminal.sign_in("Amina")
    with Worklist(path) as holder, holder.writing():
        terminal.press("a")
        terminal.sees("Not recorded", "5 open  0 decided")
    terminal.press("a")
    terminal.sees("Amina: agree", "4 open  1 decided")
    assert standing(path) == ["agree", "", "", "", ""]


FULL = """
import resource, sys
from lightbox_door.main import main
size = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
sys.exit(main(["review", "--worklist", sys.argv[1]]))
"""


def test_a_full_disk_is_one_line_and_nothing_is_invented(path: Path, opened: Open) -> None:
    """The limit on the size of files ends the disk after some entries."""
    with Worklist(path):
        pass
    call = [*lightbox()[:1], "-c", FULL, str(path), "60000"]
    terminal = opened(call=call)
    terminal.sign_in("Amina")
    answers = {"a": "agree", "r": "refer"}
    shown = ""
    while "Not recorded" not in shown:
        for key in answers:
            terminal.press(key)
            time.sleep(0.1)
            shown = terminal.screen()
    stands = standing(path)[0]
    assert f"Amina: {stands}" in shown
    assert stands in answers.values()


def test_screening_and_its_review_start_together(tmp_path: Path, opened: Open, bundle: object) -> None:
    """With a bundle that is not there the review still opens, and says in one line why nothing comes."""
    films = Path(__file__).parents[2] / "samples"
    terminal = opened(
        SIZES[0],
        call=lightbox(
            "screen", films, "--review", "--worklist", tmp_path / "new", "--bundle", tmp_path / "no-bundle"
        ),
    )
    terminal.sees("Nobody reads this worklist yet")
    terminal.press("Escape")
    terminal.sees("The worklist is empty.")
    terminal.until(lambda shown: "no-bundle" in shown.replace("\n", "") and "Screening has stopped" in shown)
    terminal.press("q")
    terminal.ended()


@pytest.mark.parametrize("size", SIZES)
def test_a_film_is_opened_looked_at_asked_and_decided_on(
    size: tuple[int, int], tmp_path: Path, opened: Open, bundle: Bundle
) -> None:
    """With a real film and the real bundle; then a second reader reads it."""
    path = tmp_path / "real"
    samples = Path(__file__).parents[2] / "samples"
    with Worklist(path) as worklist:
        with Screener(bundle, worklist, precision=next(iter(bundle.manifest.ladder)), threads=1) as screener:
            (result,) = screener.screen([samples / "film-02-lung-opacity.jpg"])
        for name in ("Amina", "Bela"):
            Review(worklist).readers.add(name, PIN)
    review = lightbox("review", "--worklist", path, "--bundle", bundle.folder, "--picture", "halfcell")
    terminal = opened(size, call=review)
    terminal.sign_in("Amina")
    terminal.sees("1 films", "film-02-lung-opacity.jpg")
    terminal.press("Enter")
    terminal.sees("\u2580" * 20, "as the model sees it", "outlines", "o opens the film")
    terminal.press("v")
    terminal.sees("as the model sees it", "  map")
    terminal.press("v")
    terminal.sees("no overlay")
    terminal.press("e", "+")
    terminal.sees("1.2x", "negative")
    terminal.press("/")
    terminal.sees("Ask in English")
    terminal.press("rib fracture", "Enter")
    terminal.sees('"rib fracture"', "These words were never")
    terminal.press("Escape")
    terminal.sees("as the model sees it")
    terminal.press("r")
    terminal.sees("> Amina: refer")
    terminal.press("q")
    terminal.sees("0 open  1 decided")
    terminal.press("q")
    terminal.ended()
    second = opened(size, call=[*review, "--mode", "second"])
    second.sign_in("Bela")
    second.sees("1 films", "film-02-lung-opacity.jpg", without="refer")
    second.press("Enter")
    second.sees("as the model sees it", without="Amina")
    second.press("a")
    second.sees("> Bela: agree", "> Amina: refer", "They differ")
    second.press("q")
    second.sees("1 disputed")
    second.press("q")
    second.ended()
    with Worklist(path) as worklist:
        assert verify(worklist).entries == 2
        assert result.film is not None
        assert DecisionLog(worklist).standings.of(result.film).answer == "disputed"
