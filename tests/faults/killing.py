"""Runs that are ended from outside: ``kill -9`` of program and decoders, and the polite signals."""

from __future__ import annotations

import signal
import time

import psutil  # type: ignore[import-untyped]  # it ships none

from tests.faults.invariants import judged, unsaid
from tests.faults.running import Ended, Running
from tests.faults.verdict import Case, Verdict

SECONDS_TO_START = 1.2  # about, until the first result
SECONDS_A_FILM = 0.03
KILLS = 3  # of one worklist at most: a run that goes on where a killed one stopped is killed too


def killed(case: Case) -> Verdict:
    """``kill -9`` at random moments, one to three times on one worklist."""
    ended: list[Ended] = []
    hits = 0
    for _ in range(case.chance.randint(1, KILLS)):
        with case.screening() as run:
            lines = at_a_random_moment(case, run)
            hits += run.is_at_work
            run.process.kill()
            ended.append(run.end())
    said = [one for run_ended in ended for one in unsaid(run_ended, signal.SIGKILL)]
    return judged(case, f"kill -9 {len(ended)} times, the last after {lines} lines", hits > 0, ended, said)


def signalled(case: Case) -> Verdict:
    """SIGTERM of a shutdown, SIGHUP of a closed terminal, SIGINT of Ctrl-C."""
    number = case.chance.choice((signal.SIGTERM, signal.SIGHUP, signal.SIGINT))
    with case.screening() as run:
        lines = at_a_random_moment(case, run, earliest=1)
        hit = run.is_at_work
        run.process.send_signal(number)
        ended = run.end()
    said = unsaid(ended, *([signal.SIGHUP] if number == signal.SIGHUP else []))
    return judged(case, f"{number.name} after {lines} lines", hit, [ended], said)


def decoders_killed(case: Case) -> Verdict:
    """``kill -9`` of decoders, some times in one run: what they held is tried again, the rest is judged."""
    hits, kills = 0, case.chance.randint(1, 6)
    with case.screening() as run:
        run.wait_for(lambda: bool(run.decoders()))
        for _ in range(kills):
            time.sleep(case.chance.uniform(0, 0.3))
            hits += kill_one(case, run)
        ended = run.end()
    return judged(case, f"kill -9 of {kills} decoders", hits > 0, [ended], unsaid(ended))


def kill_one(case: Case, run: Running) -> bool:
    """Kill one decoder; whether there was one."""
    decoders = run.decoders()
    if not decoders:
        return False
    try:
        case.chance.choice(decoders).kill()
    except psutil.NoSuchProcess:
        return False
    return True


def at_a_random_moment(case: Case, run: Running, earliest: int = 0) -> int:
    """Wait for some lines of results, and a little more; the lines waited for."""
    lines = case.chance.randint(earliest, len(case.stage.rows))
    run.wait_for(lambda: run.told() >= lines)
    time.sleep(case.chance.uniform(0, SECONDS_A_FILM if lines else SECONDS_TO_START))
    return lines
