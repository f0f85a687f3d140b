"""What a terminal answers, what it does not, and no key lost either way."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time

import pytest

from lightbox_edge import Worklist
from lightbox_tui import ReviewApp
from lightbox_tui.questions import Questions
from lightbox_tui.terminal import DEADLINE, Terminal, ask_terminal, best_picture, typed
from tests.processes import PATIENCE, environment

KITTY, NO_KITTY = "\x1b_Gi=31;OK\x1b\\", "\x1b_Gi=31;EINVAL:no\x1b\\"
CELL, SIXEL, PLAIN = "\x1b[6;34;15t", "\x1b[?62;4;22c", "\x1b[?62;22c"
ASK = """
import os, sys, tty
from lightbox_tui.terminal import ask_terminal
if sys.stdin.isatty():
    tty.setcbreak(sys.stdin.fileno())
print("ready", flush=True)
sys.stdin.isatty() and os.read(0, 1)
terminal = ask_terminal(sys.argv[1])
print(repr(terminal), "textual_image" in sys.modules, flush=True)
print("read", repr(os.read(0, 1).decode()), flush=True)
"""


@pytest.mark.parametrize(
    ("answered", "picture"),
    [
        ("", "halfcell"),
        (PLAIN, "halfcell"),
        (CELL + SIXEL, "sixel"),
        (KITTY + CELL + PLAIN, "kitty"),
        (NO_KITTY + PLAIN, "halfcell"),
        (KITTY + SIXEL, "sixel"),
        ("\x1b[?64;44c", "halfcell"),
    ],
)
def test_the_best_picture_is_what_the_answers_allow(answered: str, picture: str) -> None:
    assert best_picture(answered) == picture


def test_keys_among_the_answers_are_kept_in_their_order() -> None:
    assert typed(f"a{KITTY}m{CELL}i{SIXEL}na") == "amina"
    assert typed("\x1b[A") == "\x1b[A"


@pytest.mark.parametrize("wanted", ["halfcell", "ascii", "none", "sixel", "kitty"])
def test_who_says_how_gets_that(wanted: str) -> None:
    assert ask_terminal(wanted).picture == wanted


@pytest.mark.parametrize(("term", "picture"), [("linux", "ascii"), ("dumb", "ascii"), ("xterm", "halfcell")])
def test_plain_consoles_get_letters(monkeypatch: pytest.MonkeyPatch, term: str, picture: str) -> None:
    class Output:
        encoding = "utf-8"

        def isatty(self) -> bool:
            return False

    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr(sys, "__stdout__", Output())
    assert ask_terminal() == Terminal(picture)  # type: ignore[arg-type]


def test_a_pipe_is_asked_nothing() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", ASK, "auto"],
        input="", capture_output=True, text=True, env={**environment(), "TERM": "xterm-256color"},
        timeout=PATIENCE, check=True,
    )  # fmt: skip
    assert "\x1b" not in ran.stdout
    assert "picture='halfcell'" in ran.stdout


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals")
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("", "Terminal(picture='halfcell', cell=(10, 20), typed='xy') False"),
        (f"{KITTY}{CELL}{PLAIN}", "Terminal(picture='kitty', cell=(15, 34), typed='xy') False"),
    ],
)
def test_a_terminal_is_waited_for_no_longer_than_the_deadline_and_keys_are_kept(
    answer: str, expected: str
) -> None:
    """Two keys that were pressed before come back, and one that is pressed after stays to be read."""
    import pty

    main, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", ASK, "auto"],
        stdin=terminal, stdout=terminal, stderr=terminal,
        env={**environment(), "TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    os.close(terminal)
    try:
        until(main, "ready")
        os.write(main, b" xy")  # the first starts it
        asked = until(main, "\x1b[c")
        assert "\x1b_Gi=31" in asked
        started = time.monotonic()
        os.write(main, answer.encode())
        told = until(main, "Terminal(", "\n")
        assert expected in told
        assert time.monotonic() - started < DEADLINE + PATIENCE / 10
        os.write(main, b"z")
        assert "read 'z'" in until(main, "read '", "'")
    finally:
        process.kill()
        process.wait()
        os.close(main)


async def test_keys_that_were_pressed_meanwhile_are_typed_again() -> None:
    with Worklist(":memory:") as worklist:
        app = ReviewApp(worklist, terminal=Terminal(typed="Ami"))
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            assert app.screen.query_one(Questions).value == "Ami"


def until(terminal: int, *texts: str) -> str:
    """What is written until these have come one after the other."""
    ends, drawn = time.monotonic() + PATIENCE, b""
    while time.monotonic() < ends:
        place = 0
        for text in texts:
            found = drawn.find(text.encode(), place)
            place = -1 if found < 0 else found + len(text)
            if place < 0:
                break
        if place >= 0:
            return drawn.decode(errors="replace")
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                drawn += os.read(terminal, 65536)
            except OSError:
                break
    raise AssertionError(drawn.decode(errors="replace"))
