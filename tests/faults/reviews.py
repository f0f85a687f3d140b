"""Review decisions, made in a real terminal, that are cut off: what was shown as decided is in the log."""

from __future__ import annotations

import os
import re
import shutil
import signal
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import psutil  # type: ignore[import-untyped]  # it ships none

from lightbox_edge import Worklist
from lightbox_edge.results import FilmKey
from tests.faults.clocks import DAY, HOUR, YEAR, Clock
from tests.faults.disks import failing
from tests.faults.reviewed import READERS, Entry, log, screened
from tests.faults.verdict import Case, Verdict
from tests.terminal import PATIENCE, PIN, Terminal

READER = READERS[0]
KEYS = {"a": "agree", "r": "refer"}
MOST = 6  # rows that are gone through
SIZE = (140, 45)
REFUSED = "The worklist"  # so begins every sentence of a file that cannot be used
ENDS = {"kill -9": signal.SIGKILL, "SIGTERM": signal.SIGTERM, "SIGHUP": signal.SIGHUP}


@dataclass(frozen=True, slots=True)
class Plan:
    """The first films of the list, each with the key for it, and the films of all its rows.

    A row without a key is passed over: it has no film, or one that had its key.
    """

    pressed: tuple[tuple[FilmKey | None, str], ...]
    rows: tuple[FilmKey | None, ...]

    @property
    def keys(self) -> list[str]:
        return [one for _, key in self.pressed for one in ((key, "Down") if key else ("Down",))]

    @property
    def decisions(self) -> list[Entry]:
        return [(film, KEYS[key]) for film, key in self.pressed if film and key]

    def decided(self, entries: Sequence[Entry]) -> int:
        """How many rows the screen counts as decided by these entries: copies are rows of one film."""
        return sum(self.rows.count(film) for film, _ in entries)


def review_ended(case: Case) -> Verdict:
    """Signals at a random moment after the keys were pressed; the terminal may be closed instead."""
    plan = _plan(case)
    terminal = _open(case)
    try:
        terminal.sign_in(READER)
        terminal.press(*plan.keys)
        time.sleep(case.chance.uniform(0, 0.3))
        way = case.chance.choice([*ENDS, "the terminal is closed"])
        shown = terminal.screen()
        if way in ENDS:
            os.kill(terminal.process, ENDS[way])
            terminal.ended()
            shown = terminal.screen()
        else:
            terminal.close()
            terminal.ended()
    finally:
        terminal.close()
    return _judged(case, plan, way, shown, hit=_shown(shown) < plan.decided(plan.decisions))


def review_fails(case: Case) -> Verdict:
    """ENOSPC or EIO from a call on the worklist's files, once or from then on."""
    plan = _plan(case)
    call = case.chance.choice(("pwrite64", "fdatasync", "pread64"))
    error = "EIO" if call == "pread64" else case.chance.choice(("ENOSPC", "EIO"))
    when = f"{case.chance.randint(1, 40)}{case.chance.choice(('', '', '+'))}"
    files = [case.folder / f"{case.stage.worklist}{end}" for end in ("", "-wal", "-shm")]
    terminal = _open(case, *failing(call, error, when, files, ()))
    what = f"{error} from {call} number {when}"
    try:
        if not _signed_in(terminal):  # the very first call failed: that is a sentence too
            return _judged(case, plan, what, terminal.screen(), hit=True)
        terminal.press(*plan.keys)
        shown = _settled(terminal)
    finally:
        _close(terminal)
    hit = _shown(shown) < plan.decided(plan.decisions) or "Not recorded" in shown
    return _judged(case, plan, what, shown, hit)


def review_clock(case: Case) -> Verdict:
    """The clock is set back between two decisions: the log keeps its order."""
    plan, clock = _plan(case), Clock(case.folder)
    terminal = _open(case, **clock.env)
    seconds = case.chance.choice((-HOUR, -DAY, -20 * YEAR))
    try:
        terminal.sign_in(READER)
        half = case.chance.randint(1, len(plan.keys) - 1)
        terminal.press(*plan.keys[:half])
        time.sleep(case.chance.uniform(0, 0.5))
        clock.jump(seconds)
        terminal.press(*plan.keys[half:])
        shown = _settled(terminal)
    finally:
        terminal.close()
    return _judged(case, plan, f"{seconds / HOUR:+.0f} hours between decisions", shown, hit=True)


def pin_lockout(case: Case) -> Verdict:
    """Three wrong PINs, then the clock is set back and the program started again: the wait still holds."""
    clock = Clock(case.folder)
    _put_worklist(case)
    seconds = case.chance.choice((-60, -HOUR, -DAY, -20 * YEAR))
    terminal = _open(case, **clock.env)
    try:
        terminal.sees("Sign in to decide")
        terminal.press(READER, "Enter")
        for _ in range(3):
            terminal.press("9753", "Enter")
            time.sleep(0.5)
        terminal.sees("wait 5 seconds")
    finally:
        terminal.close()
        terminal.ended()
    clock.jump(seconds)
    again = _open(case, **clock.env)
    try:
        again.sees("Sign in to decide")
        again.press(READER, "Enter", PIN, "Enter")
        refused = "must wait" in again.until(lambda shown: "must wait" in shown or "Sign in" not in shown)
    finally:
        again.close()
    wrong = () if refused else ("the right PIN was taken during the wait",)
    return Verdict(f"{seconds} seconds after three wrong PINs", True, wrong=wrong)


def _judged(case: Case, plan: Plan, what: str, shown: str, hit: bool) -> Verdict:
    """Hold the log against what was shown and pressed, then press the same keys again undisturbed."""
    wanted, kept = plan.decisions, log(case.worklist)
    lost, wrong = [], [f"never decided: {one}" for one in kept if one not in wanted]
    if plan.decided(kept) < _shown(shown):
        lost.append(f"{_shown(shown)} were shown as decided and {plan.decided(kept)} are kept")
    unsaid = ["a traceback on the screen"] if "Traceback" in shown else []
    verified = case.ended(
        *case.stage.program, "worklist", "verify", "--worklist", case.stage.worklist
    )  # fmt: skip
    if verified.code != 0 or f" {len(kept)} entries" not in verified.out:
        wrong.append(f"verify ended with {verified.code}: {verified.out}{verified.err}")
    terminal = _open(case)
    try:
        terminal.sign_in(READER)
        terminal.sees(f"{plan.decided(kept)} decided")
        _press_again(terminal, plan)
    finally:
        terminal.close()
    kept = log(case.worklist)
    double = [f"{count} entries: {one}" for one, count in Counter(kept).items() if count > 1]
    lost += [f"not kept: {one}" for one in wanted if one not in kept]
    return Verdict(what, hit, tuple(lost), tuple(double), tuple(unsaid), tuple(wrong))


def _plan(case: Case) -> Plan:
    """Put the worklist into the case and choose keys for its first films."""
    _put_worklist(case)
    with Worklist(case.worklist) as worklist:
        rows = [result.film for result in worklist.results()]
    pressed: list[tuple[FilmKey | None, str]] = []
    for place, film in enumerate(rows[:MOST]):
        is_new = film is not None and film not in rows[:place]
        pressed.append((film, case.chance.choice([*KEYS]) if is_new else ""))
    return Plan(tuple(pressed), tuple(rows))


def _put_worklist(case: Case) -> None:
    shutil.copy(screened(case.stage), case.worklist)


def _open(case: Case, *wrapped: str, **env: str) -> Terminal:
    call = [*wrapped, *case.stage.call("review", "--bundle", case.stage.bundle, "--picture", "none")]
    name = f"t{len(list(case.folder.glob('*.tmux')))}"
    place = {"LIGHTBOX_LANGUAGE": "en", **env}
    inside = ["sh", "-c", 'cd "$0" && exec "$@"', str(case.folder), *call]
    return Terminal(case.folder, name, SIZE, inside, **place)


def _close(terminal: Terminal) -> None:
    """Close it and wait for all that ran in it: a decision that was not recorded leaves the log only then."""
    inside = psutil.Process(terminal.process).children(recursive=True) if terminal.is_alive else []
    terminal.close()
    terminal.ended()
    psutil.wait_procs(inside, PATIENCE)


def _shown(shown: str) -> int:
    """How many films a screen says are decided."""
    found = re.findall(r"(\d+) decided", shown)
    return int(found[-1]) if found else 0


def _signed_in(terminal: Terminal) -> bool:
    """Sign in; whether that was possible before the program ended or said that it cannot."""
    shown = terminal.until(
        lambda shown: "Sign in to decide" in shown or REFUSED in shown or not terminal.is_alive
    )
    if not terminal.is_alive or REFUSED in shown:
        return False
    terminal.press(READER, "Enter", PIN, "Enter")
    shown = terminal.until(lambda shown: "Sign in" not in shown or REFUSED in shown or not terminal.is_alive)
    return "Sign in" not in shown and terminal.is_alive


def _press_again(terminal: Terminal, plan: Plan) -> None:
    """The same keys from the first row on until all stands, as a person would who sees that it does not."""
    wanted = f"{plan.decided(plan.decisions)} decided"
    for _ in range(4):
        terminal.press("Home", *plan.keys)  # what is decided already is recorded once
        if wanted in _settled(terminal):
            return
    terminal.sees(wanted)


def _settled(terminal: Terminal) -> str:
    """The screen once it has not changed for a second."""
    shown, since = terminal.screen(), time.monotonic()
    while time.monotonic() - since < 1.0:
        time.sleep(0.1)
        if (now := terminal.screen()) != shown:
            shown, since = now, time.monotonic()
    return shown
