"""What the terminal can show: asked once, before the first screen, with a deadline and losing no key.

textual-image asks too, when it is imported: it reads answers letter by letter from the keyboard's own
stream, so a key pressed meanwhile is lost, and once a screen runs it would read what the screen waits for.
So it is never let near the terminal (see `picture`), and this asks in its place. Every terminal of today
answers the last question (DA1, the device attributes), so the deadline is for those that answer nothing.
"""

from __future__ import annotations

import os
import re
import select
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

if TYPE_CHECKING:
    from textual.app import App

PictureKind = Literal["kitty", "sixel", "halfcell", "ascii", "none"]
PICTURES: tuple[str, ...] = ("auto", "kitty", "sixel", "halfcell", "ascii", "none")

DEADLINE = 0.5  # seconds for a terminal that answers nothing
CELL = 10, 20  # pixels of a character's cell where nobody tells: those of a VT340
_PLAIN = re.compile(r"linux|dumb|unknown|ansi|cons25.*|vt\d\d\d?")  # TERM of consoles with 16 colours or none

# May it show kitty's pictures (its graphics protocol), how large is a cell (XTWINOPS 16), what is it (DA1)?
_QUESTIONS = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[16t\x1b[c\r\x1b[K"
_KITTY = re.compile(r"\x1b_Gi=31;(.*?)\x1b\\", re.DOTALL)
_CELL = re.compile(r"\x1b\[6;(\d+);(\d+)t")
_ATTRIBUTES = re.compile(r"\x1b\[\?([\d;]*)c")
_SIXEL = "4"


@dataclass(frozen=True, slots=True)
class Terminal:
    """How films are shown, a cell's (width, height) in pixels, and keys that were pressed meanwhile."""

    picture: PictureKind = "halfcell"
    cell: tuple[int, int] = CELL
    typed: str = ""


def ask_terminal(wanted: str = "auto") -> Terminal:
    """The best way to show films here, or the one that is ``wanted``, one of `PICTURES`.

    Only ``auto``, ``kitty`` and ``sixel`` ask: the others need to know nothing.
    """
    plain = _is_plain()
    if wanted in ("halfcell", "ascii", "none") or (wanted == "auto" and plain):
        return Terminal("ascii" if wanted == "auto" else cast("PictureKind", wanted))
    answered = _answers() if _is_terminal() else ""
    picture = best_picture(answered) if wanted == "auto" else cast("PictureKind", wanted)
    return Terminal(picture, _cell(answered), typed(answered))


def best_picture(answered: str) -> PictureKind:
    """What the answers allow.

    Sixel comes first: Konsole and WezTerm say that they know kitty's protocol and do not know the part of
    it that textual-image needs, and kitty itself knows no sixel.
    """
    attributes = _ATTRIBUTES.search(answered)
    if attributes and _SIXEL in attributes[1].split(";"):
        return "sixel"
    kitty = _KITTY.search(answered)
    return "kitty" if kitty and kitty[1].startswith("OK") else "halfcell"


def typed(answered: str) -> str:
    """What of the answers the terminal did not say: keys, in their order."""
    for answer in (_KITTY, _CELL, _ATTRIBUTES):
        answered = answer.sub("", answered)
    return answered


def type_again(app: App[Any], terminal: Terminal) -> None:
    """Give a running program the keys that were pressed while the terminal was asked."""
    if terminal.typed:
        from textual._xterm_parser import XTermParser  # the one that reads the program's keys

        for event in XTermParser().feed(terminal.typed):
            app.post_message(event)


def _is_plain() -> bool:
    encoding = getattr(sys.__stdout__, "encoding", None) or "ascii"
    try:
        "▀".encode(encoding)
    except (UnicodeError, LookupError):
        return True
    return bool(_PLAIN.fullmatch(os.environ.get("TERM", "xterm" if os.name == "nt" else "unknown")))


def _is_terminal() -> bool:
    """Whether there is somebody to ask; Windows' console has no way to wait for an answer with a deadline."""
    streams = sys.__stdin__, sys.__stdout__
    return os.name == "posix" and all(stream is not None and stream.isatty() for stream in streams)


def _answers() -> str:
    import termios
    import tty

    assert sys.__stdin__ is not None  # noqa: S101  # `_is_terminal` has looked
    assert sys.__stdout__ is not None  # noqa: S101
    keyboard = sys.__stdin__.fileno()
    before = termios.tcgetattr(keyboard)
    try:
        tty.setcbreak(keyboard, termios.TCSANOW)  # TCSANOW: what waits to be read stays
        sys.__stdout__.write(_QUESTIONS)
        sys.__stdout__.flush()
        return _read_until_told(keyboard)
    finally:
        termios.tcsetattr(keyboard, termios.TCSANOW, before)


def _read_until_told(keyboard: int) -> str:
    """All that comes until the last question is answered, or until the deadline."""
    got, ends = b"", time.monotonic() + DEADLINE
    while (left := ends - time.monotonic()) > 0:
        if not select.select([keyboard], [], [], left)[0]:
            break
        more = os.read(keyboard, 4096)
        got += more
        if not more or _ATTRIBUTES.search(got.decode(errors="replace")):
            break
    return got.decode(errors="replace")


def _cell(answered: str) -> tuple[int, int]:
    told = _CELL.search(answered)
    if told and int(told[1]) and int(told[2]):
        return int(told[2]), int(told[1])
    return _cell_of_the_system() or CELL


def _cell_of_the_system() -> tuple[int, int] | None:
    """From the terminal's size in pixels, which some systems know (TIOCGWINSZ)."""
    if not _is_terminal():
        return None
    import fcntl
    import struct
    import termios

    assert sys.__stdout__ is not None  # noqa: S101  # as above
    try:
        told = fcntl.ioctl(sys.__stdout__.fileno(), termios.TIOCGWINSZ, bytes(8))
    except OSError:
        return None
    rows, columns, width, height = struct.unpack("HHHH", told)
    return (width // columns, height // rows) if rows and columns and width and height else None
