"""The worklist screen in a long worklist: start to first paint, and key press to repaint.

    python -m tests.benchmarks.review [--rows 50000] [--decided 2000] [--presses 50] [--encrypted]

The real program runs on a pseudo-terminal, for a pilot leaves out what a user waits for: the start of
Python, the terminal's driver and the drawing of the screen. A press is timed from its write to the moment
when the text that it must bring has been read: the name of the film that the cursor then stands on, the
number of films that a filter found, the decision. Quote the figures with the machine's name.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import random
import re
import select
import shutil
import signal
import statistics
import struct
import subprocess
import tempfile
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lightbox_door.worklists import VARIABLE, open_worklist
from lightbox_edge import Outcome, Result, Review, Worklist
from lightbox_edge.browsing import Filter, Pages
from lightbox_edge.decisions import pins
from lightbox_edge.radiograph import Header
from lightbox_edge.reading import Source
from lightbox_edge.results import DescriptorScore, FindingScore, Triage
from lightbox_edge.worklist import FileResults, Judge
from lightbox_edge.worklist_files.encrypting import encrypt
from lightbox_edge.worklist_files.keeping import keep_copy
from tests.benchmarks.screening import cpu
from tests.processes import environment, lightbox

FINDINGS = (
    "any abnormality", "pleural effusion", "lung opacity", "consolidation", "pulmonary edema", "cardiomegaly",
    "pneumothorax", "lung mass or nodule",
)  # fmt: skip
JUDGE = Judge("j1", "chest-open 1.0 int8", "int8", FINDINGS, "1.0", "c1")
TRIAGES: tuple[Triage, ...] = ("flagged", "uncertain", "not flagged", "not judged")
READER, PIN = "Amina", "2468"
PASSPHRASE = "nine lives of a cat"  # noqa: S105  # of a worklist that is thrown away
BATCH = 1000  # files a commit
PATIENCE = 30.0  # seconds for a text to appear
DOWN, PAGE_DOWN, HOME, END = "\x1b[B", "\x1b[6~", "\x1b[H", "\x1b[F"


def make_worklist(path: Path, rows: int, decided: int) -> None:
    """Rows like those of a real bundle, of which some films are decided on."""
    luck = random.Random(20261122)  # noqa: S311  # the same worklist each time
    with Worklist(path) as worklist:
        worklist._connection.execute("PRAGMA synchronous = OFF")  # it is thrown away
        worklist.add_judge(JUDGE)
        for first in range(0, rows, BATCH):
            worklist.commit(JUDGE, [_file(number, luck) for number in range(first, min(rows, first + BATCH))])
        review = Review(worklist)
        review.readers.add(READER, PIN)
        review.sign_in(READER, PIN)
        pages = Pages(worklist, review)
        for place in luck.sample(range(len(pages)), decided):
            review.decide(pages[place], luck.choice(("agree", "disagree", "refer")))


def _file(number: int, luck: random.Random) -> FileResults:
    triage = luck.choices(TRIAGES, (15, 15, 65, 5))[0]
    path, sha256 = f"films/{number % 40:02}/film-{number:06}.dcm", f"{number:064x}"
    scores = () if triage == "not judged" else tuple(_score(name, triage, luck) for name in FINDINGS)
    header = Header(f"P-{number // 2:06}", f"{luck.randint(18, 90):03}Y", luck.choice("MF"), "20260301")
    outcome = Outcome("judged" if scores else "not judged", triage, (), scores, "PA", header)
    return FileResults(Source(path, path, (), 1, 1), sha256, (Result(path, None, sha256, outcome),))


def _score(name: str, triage: Triage, luck: random.Random) -> FindingScore:
    parts = tuple(DescriptorScore(f"There is {name} on the left.", round(luck.random(), 4)) for _ in range(3))
    flagged = triage == "flagged" and luck.random() < 0.3
    return FindingScore(name, round(luck.random(), 4), 0.5, flagged, True, parts)


class Terminal:
    """The program on a pseudo-terminal."""

    def __init__(self, call: list[str], size: tuple[int, int]) -> None:
        self._main, theirs = pty.openpty()
        columns, lines = size
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self._process = subprocess.Popen(
            call, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            env={**environment(), "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        )  # fmt: skip
        os.close(theirs)

    def press(self, keys: str, answer: str) -> float:
        """Write keys and wait for a text; milliseconds until it was read."""
        started = time.perf_counter()
        os.write(self._main, keys.encode())
        self.wait_for(answer)
        return 1000 * (time.perf_counter() - started)

    def wait_for(self, answer: str) -> None:
        """Read until a text has been drawn."""
        ends, drawn = time.monotonic() + PATIENCE, b""
        while answer.encode() not in drawn:
            if not select.select([self._main], [], [], max(0.0, ends - time.monotonic()))[0]:
                raise TimeoutError(f"{answer!r} was not drawn: {_plain(drawn)[-2000:]}")
            drawn += os.read(self._main, 1 << 16)

    def settle(self) -> str:
        """Read what is still being drawn."""
        drawn = b""
        while select.select([self._main], [], [], 0.15)[0]:
            drawn += os.read(self._main, 1 << 16)
        return _plain(drawn)

    def close(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        os.close(self._main)


def _plain(drawn: bytes) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", drawn.decode(errors="replace"))


@contextmanager
def opened(worklist: Path, size: tuple[int, int]) -> Iterator[Terminal]:
    terminal = Terminal(lightbox("review", "--worklist", worklist), size)
    try:
        yield terminal
    finally:
        terminal.close()


def starts(worklist: Path, size: tuple[int, int], first: str, rounds: int) -> list[float]:
    """Milliseconds from the start of the process until the table's first film is drawn."""
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        with opened(worklist, size) as terminal:
            terminal.wait_for(first)
            taken.append(1000 * (time.perf_counter() - started))
    return taken


def presses(worklist: Path, size: tuple[int, int], count: int) -> dict[str, list[float]]:
    """Milliseconds of each kind of press."""
    with open_worklist(worklist) as opened_here:
        pages = Pages(opened_here, Review(opened_here))
        names = [Path(row.result.file).name for row in pages[: count * 60]]
        last = Path(pages[-1].result.file).name
        pages.show(Filter(triage="flagged"))
        flagged = f"{len(pages)} films"
    taken: dict[str, list[float]] = {"down": [], "page down": [], "end": [], "filter": [], "decide": []}
    with opened(worklist, size) as terminal:
        terminal.wait_for("PIN")
        terminal.settle()
        terminal.press(f"{PIN}\r", READER)
        terminal.settle()
        for place in range(1, count + 1):
            taken["down"].append(terminal.press(DOWN, names[place]))
            terminal.settle()
        for _ in range(count):
            taken["end"].append(terminal.press(END, last))
            terminal.settle()
            terminal.press(HOME, names[0])
            terminal.settle()
        for _ in range(count):
            terminal.press("f", "triage")
            terminal.settle()
            taken["filter"].append(terminal.press("\x1b[C\r", flagged))
            terminal.settle()
            terminal.press("\x1b", names[0])
            terminal.settle()
        for place in range(count):
            taken["decide"].append(terminal.press("c", f"{READER}: cannot tell"))
            terminal.settle()
            terminal.press(DOWN, names[place + 1])
            terminal.settle()
        terminal.press(HOME, names[0])
        terminal.settle()
        os.write(terminal._main, PAGE_DOWN.encode())
        page = names.index(re.findall(r"films/\d+/(\S+)", terminal.settle())[-1])
        for turned in range(2, count + 2):
            taken["page down"].append(terminal.press(PAGE_DOWN, names[turned * page]))
            terminal.settle()
    return taken


def main() -> None:
    """Print the start, then one line a key."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--decided", type=int, default=2_000)
    parser.add_argument("--presses", type=int, default=50)
    parser.add_argument("--size", default="140x45")
    parser.add_argument("--worklist", type=Path, help="a copy of this one instead of a new one")
    parser.add_argument("--encrypted", action="store_true", help="then the same under a passphrase")
    arguments = parser.parse_args()
    columns, lines = map(int, arguments.size.split("x"))
    pins.N = 2  # of the worklist that is made: a sign-in is not what is measured
    with tempfile.TemporaryDirectory() as place:
        worklist = Path(place) / "long.worklist"
        if arguments.worklist and arguments.worklist.exists():
            shutil.copy(arguments.worklist, worklist)
        else:
            make_worklist(worklist, arguments.rows, arguments.decided)
        load = os.getloadavg()[0]
        print(f"{cpu()}, {os.cpu_count()} CPUs, load {load:.1f}, {arguments.rows} rows, {arguments.size}")
        secret = Path(shutil.copy(worklist, f"{worklist}-2"))
        keep_copy(worklist, None)  # as a clean end does
        tell(worklist, (columns, lines), arguments.presses)
        if arguments.encrypted:
            print("encrypted:")
            passphrase = Path(place) / "passphrase"
            passphrase.write_text(PASSPHRASE)
            os.environ[VARIABLE] = str(passphrase)
            encrypt(secret, PASSPHRASE)
            tell(secret, (columns, lines), arguments.presses)


def tell(worklist: Path, size: tuple[int, int], count: int) -> None:
    """Measure one worklist and print its figures."""
    with open_worklist(worklist) as opened_here:
        first = Path(next(opened_here.results()).file).name
    taken = starts(worklist, size, first, 10)
    print(f"start to first paint  median {statistics.median(taken):6.0f} ms, longest {max(taken):6.0f} ms")
    for key, figures in presses(worklist, size, count).items():
        median, high = statistics.median(figures), statistics.quantiles(figures, n=20)[-1]
        print(f"{key:<20}  median {median:6.1f} ms, 95th percentile {high:6.1f} ms, {len(figures)} presses")


if __name__ == "__main__":
    main()
