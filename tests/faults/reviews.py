"""Review decisions, made in a real terminal, that are cut off: what was shown as decided is in the log."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from lightbox_edge import Worklist
from lightbox_edge.decisions import Readers
from lightbox_edge.results import FilmKey
from tests.faults.clocks import DAY, HOUR, YEAR, Clock
from tests.faults.disks import failing
from tests.faults.running import run
from tests.faults.stage import Stage
from tests.faults.verdict import Case, Verdict
from tests.terminals import PIN, Terminal

KEYS = {"a": "agree", "r": "refer"}
MOST = 6  # films that are decided on
SIZE = (140, 45)
ENDS = {"kill -9": signal.SIGKILL, "SIGTERM": signal.SIGTERM, "SIGHUP": signal.SIGHUP}


@dataclass(frozen=True, slots=True)
class Plan:
    """The films in the order of the list, each with the key for it; one without a key is passed over."""

    films: tuple[tuple[FilmKey, str], ...]

    @property
    def keys(self) -> list[str]:
        return [one for _, key in self.films for one in ((key, "Down") if key else ("Down",))]

    @property
    def decisions(self) -> list[tuple[FilmKey, str]]:
        return [(film, KEYS[key]) for film, key in self.films if key]


def review_ended(case: Case) -> Verdict:
    """Signals at a random moment after the keys were pressed; the terminal may be closed instead."""
    plan = _plan(case)
    terminal = _open(case)
    try:
        terminal.sign_in("Amina")
        terminal.press(*plan.keys)
        time.sleep(case.chance.uniform(0, 1.0))
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
    return _judged(case, plan, way, shown, hit=_shown(shown) < len(plan.decisions))


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
        terminal.close()
    hit = _shown(shown) < len(plan.decisions) or "Not recorded" in shown
    return _judged(case, plan, what, shown, hit)


def review_clock(case: Case) -> Verdict:
    """The clock is set back between two decisions: the log keeps its order."""
    plan, clock = _plan(case), Clock(case.folder)
    terminal = _open(case, **clock.env)
    seconds = case.chance.choice((-HOUR, -DAY, -20 * YEAR))
    try:
        terminal.sign_in("Amina")
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
        terminal.press("Amina", "Enter")
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
        again.press("Amina", "Enter", PIN, "Enter")
        refused = "must wait" in again.until(lambda shown: "must wait" in shown or "Amina, " in shown)
    finally:
        again.close()
    wrong = () if refused else ("the right PIN was taken during the wait",)
    return Verdict(f"{seconds} seconds after three wrong PINs", True, wrong=wrong)


def _judged(case: Case, plan: Plan, what: str, shown: str, hit: bool) -> Verdict:
    """Hold the log against what was shown and pressed, then press the same keys again undisturbed."""
    log = _log(case)
    wanted = plan.decisions
    lost = [f"{_shown(shown)} were shown as decided and {len(log)} are kept"] * (len(log) < _shown(shown))
    wrong = [f"never decided: {one}" for one in log if one not in wanted]
    unsaid = ["a traceback on the screen"] if "Traceback" in shown else []
    verify = [*case.stage.program, "worklist", "verify", "--worklist", case.stage.worklist]
    verified = case.ended(*verify)
    if verified.code != 0 or f" {len(log)} entries" not in verified.out:
        wrong.append(f"verify ended with {verified.code}: {verified.out}{verified.err}")
    terminal = _open(case)
    try:
        terminal.sign_in("Amina")
        terminal.sees(f"{len(log)} decided")
        terminal.press(*plan.keys)  # what is decided already is recorded once
        terminal.sees(f"{len(wanted)} decided")
        terminal.press("q")
        terminal.ended()
    finally:
        terminal.close()
    log = _log(case)
    double = [f"{count} entries: {one}" for one, count in Counter(log).items() if count > 1]
    lost += [f"not kept: {one}" for one in wanted if one not in log]
    return Verdict(what, hit, tuple(lost), tuple(double), tuple(unsaid), tuple(wrong))


def _plan(case: Case) -> Plan:
    """Put the worklist into the case and choose keys for its first films."""
    _put_worklist(case)
    with Worklist(case.worklist) as worklist:
        rows = [result.film for result in worklist.results()]
    films: list[tuple[FilmKey, str]] = []
    seen: set[FilmKey] = set()
    for film in rows[: MOST + 2]:
        key = case.chance.choice([*KEYS]) if film and film not in seen else ""
        films.append((film or ("", 0), key))
        seen |= {film} if film else set()
    return Plan(tuple(films))


def _put_worklist(case: Case) -> None:
    shutil.copy(_screened(replace(case.stage, worklist="w.worklist")), case.worklist)


@cache
def _screened(stage: Stage) -> Path:
    """A worklist of the stage's films with one reader."""
    folder = Path(tempfile.mkdtemp(prefix="reviewed-"))
    stage.put_films(folder)
    run(stage.screening(), folder, stage.env)
    with Worklist(folder / stage.worklist) as worklist:
        Readers(worklist).add("Amina", PIN)
    return folder / stage.worklist


def _open(case: Case, *wrapped: str, **env: str) -> Terminal:
    call = [*wrapped, *case.stage.call("review", "--bundle", case.stage.bundle, "--picture", "none")]
    name = f"t{len(list(case.folder.glob('*.tmux')))}"
    place = {"LIGHTBOX_LANGUAGE": "en", **env}
    inside = ["sh", "-c", 'cd "$0" && exec "$@"', str(case.folder), *call]
    return Terminal(case.folder, name, SIZE, inside, **place)


def _log(case: Case) -> list[tuple[FilmKey, str]]:
    """The entries of the log as they were made."""
    with tempfile.TemporaryDirectory() as place:
        for end in ("", "-wal"):
            if (part := Path(f"{case.worklist}{end}")).exists():
                shutil.copy(part, place)
        with Worklist(Path(place) / case.worklist.name) as worklist, worklist.reading() as connection:
            found = connection.execute(
                "SELECT json_extract(entry, '$.sha256'), json_extract(entry, '$.frame'),"
                " json_extract(entry, '$.answer') FROM decision ORDER BY number"
            ).fetchall()
    return [((sha256, frame), answer) for sha256, frame, answer in found]


def _shown(shown: str) -> int:
    """How many films a screen says are decided."""
    found = re.findall(r"(\d+) decided", shown)
    return int(found[-1]) if found else 0


def _signed_in(terminal: Terminal) -> bool:
    """Sign in; whether that was possible before the program ended or said that it cannot."""
    try:
        terminal.until(lambda shown: "Sign in to decide" in shown or "Pane is dead" in shown)
        if "Pane is dead" in terminal.screen():
            return False
        terminal.press("Amina", "Enter", PIN, "Enter")
        shown = terminal.until(lambda shown: "Amina, " in shown or "cannot be" in shown or "dead" in shown)
    except subprocess.CalledProcessError:
        return False
    return "Amina, " in shown


def _settled(terminal: Terminal) -> str:
    """The screen once it has not changed for a second."""
    shown, since = terminal.screen(), time.monotonic()
    while time.monotonic() - since < 1.0:
        time.sleep(0.1)
        if (now := terminal.screen()) != shown:
            shown, since = now, time.monotonic()
    return shown
