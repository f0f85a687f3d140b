"""Deciding by keys at 80x24: sign-in, answers, undo, notes, reading modes, and what is on the disk then."""

from __future__ import annotations

import dataclasses
import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from textual.pilot import Pilot
from textual.widgets import Label, Static

from lightbox_edge import Outcome, Review, Worklist
from lightbox_edge.decisions import DecisionLog, Mode, pins, verify
from lightbox_edge.worklist import Judge
from lightbox_tui import ReviewApp
from lightbox_tui.questions import Questions
from lightbox_tui.worklist_screen import WorklistScreen
from tests.processes import PATIENCE, environment, lightbox
from tests.reviewed_films import fill, film, row
from tests.tui.tables import shown_rows

SIZE = (80, 24)
PIN = "2468"


@pytest.fixture(autouse=True)
def _cheap_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "N", 2)


@pytest.fixture
def worklist(tmp_path: Path) -> Iterator[Worklist]:
    """Five films and three readers; the rows by urgency are 0, 1, 3, 4, 2."""
    with Worklist(tmp_path / "t.worklist", patience=0.1) as made:
        fill(made)
        for name in ("Amina", "Bela", "Chi"):
            Review(made).readers.add(name, PIN)
        yield made


def decide(worklist: Worklist, reader: str, number: int, answer: str, mode: Mode = "ai-first") -> None:
    """A decision that was made somewhere else."""
    with Worklist(worklist.path) as other:
        review = Review(other, mode)
        review.sign_in(reader, PIN)
        review.decide(row(other, number), answer)  # type: ignore[arg-type]  # one of the answers


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys one after the other; a text after ">" is typed."""
    for key in keys:
        await pilot.press(*(["space" if one == " " else one for one in key[1:]] if key[0] == ">" else [key]))
    await pilot.pause()


async def sign_in(pilot: Pilot[None], name: str = "Amina") -> None:
    """Fill in the dialog; one test types it key by key."""
    field = pilot.app.screen.query_one(Questions)
    for answer in (name, PIN):
        field.value = answer
        await press(pilot, "enter")


def cells(app: ReviewApp) -> list[tuple[str, str, str]]:
    """Triage, decision and film of each row."""
    return [(row["triage"], row["decision"], row["film"]) for row in shown_rows(app)]


def why(app: ReviewApp) -> list[str]:
    return str(app.query_one("#why", Static).content).splitlines()


def shown_keys(app: ReviewApp) -> str:
    """The keys that the footer shows, in order."""
    return "".join(
        one.binding.key for one in app.screen.active_bindings.values() if one.enabled and one.binding.show
    )


def looks(app: ReviewApp) -> None:
    screen = app.screen
    assert isinstance(screen, WorklistScreen)
    screen._look()


def told(app: ReviewApp) -> list[str]:
    return [one.message for one in app._notifications]


async def test_keys_decide_and_undo_and_the_disk_holds_exactly_that(worklist: Worklist) -> None:
    app = ReviewApp(worklist)
    async with app.run_test(size=SIZE) as pilot:
        await sign_in(pilot)
        assert app.sub_title == "Amina, ai-first; not a diagnosis"
        assert shown_keys(app).startswith("adrpcunenterspacefq")
        await press(pilot, "a", "down", "d", ">mass, rib fracture", "enter", "down", "r", "down", "p")
        await press(pilot, "down", "c", "u", "up", "n", ">blur", "enter", "n", "end", ">red", "enter")
        assert cells(app) == [
            ("! flagged", "agree", "0.png"),
            ("! flagged", "disagree", "1.png"),
            ("? uncertain", "refer", "3.png"),
            ("x not judged", "repeat", "4.png"),
            (". not flagged", "", "2.png"),
        ]
        assert why(app)[3] == "Amina: repeat"
        assert why(app)[4].endswith(" UTC")
        assert why(app)[5] == "    blurred"
    standings = DecisionLog(worklist).standings
    stands = [standings.of((str(number) * 64, 0)).final for number in (0, 1, 3, 4, 2)]
    assert [[one.words for one in final] for final in stands] == [
        ["agree"],
        ["disagree: mass, rib fracture"],
        ["refer"],
        ["repeat"],
        [],
    ]
    assert verify(worklist).entries == 8


async def test_a_decision_on_another_bundles_view_says_so(worklist: Worklist) -> None:
    decide(worklist, "Bela", 0, "agree")
    better = Judge("j2", "better", "fp32", ("effusion",), "2.0", "c2")
    worklist.add_judge(better)
    again = film(0)
    clear = msgspec.structs.replace(again.results[0], outcome=Outcome("judged", "not flagged"))
    worklist.commit(better, [dataclasses.replace(again, results=(clear,))])
    app = ReviewApp(worklist)
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "escape")
        assert [cells(app)[index][:2] for index in (0, 4)] == [
            ("! flagged", "agree"),
            (". not flagged", "agree"),
        ]
        assert why(app)[3] == "Bela: agree"
        assert why(app)[5] == ""
        await press(pilot, *["down"] * 4)
        assert why(app)[5] == "    when chest-open 1.0 int8 said: flagged"


async def test_leaving_the_question_decides_nothing(worklist: Worklist) -> None:
    app = ReviewApp(worklist)
    async with app.run_test(size=SIZE) as pilot:
        await sign_in(pilot)
        await press(pilot, "d", ">mass", "escape", "n", "escape", "u")
        assert told(app) == ["You have not decided on this film: there is nothing to undo."]
        await press(pilot, "d", "enter")
        assert why(app)[3] == "Amina: disagree"
    assert verify(worklist).entries == 1


async def test_a_wrong_pin_is_one_line_and_can_be_typed_again(worklist: Worklist) -> None:
    app = ReviewApp(worklist)
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, ">amina", "enter", ">9999", "enter")
        assert str(app.screen.query_one("#said", Label).content) == "This is not the PIN of Amina."
        assert app.screen.query_one(Questions).value == ""
        await press(pilot, f">{PIN}", "enter")
        assert app.sub_title.startswith("Amina, ")


async def test_who_only_looks_decides_nothing_and_may_sign_in_later(worklist: Worklist) -> None:
    app = ReviewApp(worklist)
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "escape")
        assert shown_keys(app).startswith("ienterspacefq")
        await press(pilot, "a", "d", "u", "n")
        assert [decision for _, decision, _ in cells(app)] == [""] * 5
        await press(pilot, "i")
        await sign_in(pilot)
        await press(pilot, "a")
        assert cells(app)[0][1] == "agree"
    assert verify(worklist).entries == 1


async def test_the_first_reader_is_made_at_the_start(tmp_path: Path) -> None:
    with Worklist(tmp_path / "w") as worklist:
        fill(worklist, 0)
        app = ReviewApp(worklist)
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, ">Dina", "enter", ">4711", "enter", ">4712", "enter")
            said = str(app.screen.query_one("#said", Label).content)
            assert said == "The two PINs differ: type them again."
            await press(pilot, ">4711", "enter", ">4711", "enter", "a")
            assert cells(app) == [("! flagged", "agree", "0.png")]
        assert Review(worklist).readers.names() == ("Dina",)


async def test_blind_first_shows_nothing_of_the_machine_until_decided(worklist: Worklist) -> None:
    decide(worklist, "Bela", 0, "agree")
    app = ReviewApp(worklist, "blind-first")
    async with app.run_test(size=SIZE) as pilot:
        await sign_in(pilot)
        assert cells(app) == [("- hidden", "", f"{number}.png") for number in range(5)]
        assert why(app)[3:] == ["What the machine says is hidden until you have decided."]
        drawn = "\n".join(
            "".join(part.text for part in line) for line in app.screen._compositor.render_strips()
        )
        assert not any(word in drawn for word in ("flagged", "effusion", "Bela", "agree"))
        assert shown_keys(app).startswith("xsrpcunenterspacefq")
        await press(pilot, "a", "d", "s", ">effusion", "enter")
        assert cells(app)[:2] == [("! flagged", "seen", "0.png"), ("- hidden", "", "1.png")]
        assert why(app)[3] == "Bela: agree"
        assert why(app)[5] == "Amina: something seen: effusion"
        assert shown_keys(app).startswith("adrpcunenterspacefq")
        await press(pilot, "u")
        assert cells(app)[0] == ("! flagged", "agree", "0.png")
    blind = [one.blind for one in DecisionLog(worklist).standings.of(("0" * 64, 0)).decisions]
    assert blind == [False]


async def test_second_and_third_reader(worklist: Worklist) -> None:
    decide(worklist, "Bela", 2, "agree")
    second = ReviewApp(worklist, "second")
    async with second.run_test(size=SIZE) as pilot:
        await sign_in(pilot)
        assert cells(second) == [(". not flagged", "", "2.png")]
        assert why(second)[3] == ". not flagged"
        await press(pilot, "d", ">mass", "enter")
        assert cells(second) == [(". not flagged", "disputed", "2.png")]
        assert "They differ: a third reader arbitrates." in why(second)
        assert "Amina (second reading): disagree: mass" in why(second)
    third = ReviewApp(worklist, "arbitrate")
    async with third.run_test(size=SIZE) as pilot:
        await sign_in(pilot, "Chi")
        await press(pilot, "r")
        assert cells(third) == [(". not flagged", "refer", "2.png")]
    again = ReviewApp(worklist, "arbitrate")
    async with again.run_test(size=SIZE) as pilot:
        await sign_in(pilot)
        assert why(again) == ["No film waits for you to arbitrate."]


async def test_what_another_reviewer_decides_appears(worklist: Worklist) -> None:
    app = ReviewApp(worklist)
    async with app.run_test(size=SIZE) as pilot:
        await sign_in(pilot)
        await press(pilot, "a")
        decide(worklist, "Bela", 0, "disagree")
        decide(worklist, "Bela", 3, "repeat")
        looks(app)  # what the timer does
        await pilot.pause()
        assert [decision for _, decision, _ in cells(app)] == ["disputed", "", "repeat", "", ""]
        assert "They differ: a third reader arbitrates." in why(app)


async def test_a_held_worklist_is_one_line_and_the_row_stays(worklist: Worklist) -> None:
    app = ReviewApp(worklist)
    async with app.run_test(size=SIZE) as pilot:
        await sign_in(pilot)
        with Worklist(worklist.path) as other, other.writing():
            await press(pilot, "a")
            (said,) = told(app)
            assert said.startswith(f"The worklist {worklist.path} is held by another program: nothing was ")
            assert cells(app)[0][1] == ""
        await press(pilot, "a")
        assert cells(app)[0][1] == "agree"
    assert verify(worklist).entries == 1


async def test_a_full_disk_is_one_line_and_the_row_stays(worklist: Worklist) -> None:
    app = ReviewApp(worklist)
    async with app.run_test(size=SIZE) as pilot:
        await sign_in(pilot)
        (pages,) = worklist._connection.execute("PRAGMA page_count").fetchone()
        worklist._connection.execute(f"PRAGMA max_page_count = {pages}")
        stands, recorded = "", 0
        for _ in range(1000):
            if told(app):
                break
            stands, recorded = cells(app)[0][1], verify(worklist).entries
            await press(pilot, "r" if stands == "agree" else "a")
        assert "database or disk is full" in told(app)[0]
        assert cells(app)[0][1] == stands == DecisionLog(worklist).standings.of(("0" * 64, 0)).answer
    assert verify(worklist).entries == recorded > 0


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals")
def test_what_the_screen_says_is_decided_outlives_a_closed_terminal(tmp_path: Path) -> None:
    """The real program on a pseudo-terminal, killed as soon as the screen shows the decision."""
    import pty

    path = tmp_path / "w"
    with Worklist(path) as worklist:
        fill(worklist, 0)
        Review(worklist).readers.add("Amina", PIN)
    main, terminal = pty.openpty()
    process = subprocess.Popen(
        lightbox("review", "--worklist", path),
        stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True,
        env={**environment(), "TERM": "xterm-256color", "LIGHTBOX_CACHE": str(tmp_path)},
    )  # fmt: skip
    os.close(terminal)
    for keys, answered in (
        ("", "Welcome"), ("\r", "PIN of Amina"), (f"{PIN}\r", "Agree"), ("r", "Amina: refer"),
    ):  # fmt: skip
        os.write(main, keys.encode())
        assert answered in _drawn_until(main, answered), answered
    process.send_signal(signal.SIGKILL)
    process.wait()
    os.close(main)
    with Worklist(path) as worklist:
        assert verify(worklist).entries == 1
        assert DecisionLog(worklist).standings.of(("0" * 64, 0)).answer == "refer"


def test_a_program_that_outlives_its_terminal_ends(tmp_path: Path) -> None:
    """Nobody sends it a SIGHUP, and it must not read the end of its input for ever."""
    import pty

    path = tmp_path / "w"
    with Worklist(path):
        pass
    main, terminal = pty.openpty()
    process = subprocess.Popen(
        lightbox("review", "--worklist", path),
        stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True,
        env={**environment(), "TERM": "xterm-256color", "LIGHTBOX_CACHE": str(tmp_path)},
    )  # fmt: skip
    os.close(terminal)
    _drawn_until(main, "Welcome")
    os.close(main)
    try:
        process.wait(PATIENCE)
    finally:
        process.kill()


def _drawn_until(terminal: int, text: str) -> str:
    ends, drawn = time.monotonic() + PATIENCE, b""
    while text.encode() not in drawn and time.monotonic() < ends:
        if select.select([terminal], [], [], 0.1)[0]:
            drawn += os.read(terminal, 65536)
    return drawn.decode(errors="replace")
