"""The clock is set back, or far ahead, while the program works."""

from __future__ import annotations

import mmap
import subprocess
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

from tests.faults.invariants import judged, unsaid
from tests.faults.killing import at_a_random_moment
from tests.faults.verdict import Case, Verdict

HOUR, DAY, YEAR = 3600, 86400, 365 * 86400
JUMPS = (-HOUR, -DAY, -YEAR, -20 * YEAR, DAY, 10 * YEAR)


class Clock:
    """The time of day of the programs that have ``env``, set by `jump`."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self._file.write_bytes(bytes(8))
        self.env = {"LD_PRELOAD": str(_library()), "FAULTS_CLOCK": str(self._file)}

    def jump(self, seconds: int) -> None:
        with self._file.open("r+b") as file, mmap.mmap(file.fileno(), 8) as kept:
            before = int.from_bytes(kept[:], "little", signed=True)
            kept[:] = (before + seconds).to_bytes(8, "little", signed=True)


def clock_set(case: Case) -> Verdict:
    """During screening, which may be killed afterwards and goes on at the other time."""
    clock = Clock(case.folder)
    case = replace(case, stage=replace(case.stage, env={**case.stage.env, **clock.env}))
    seconds, killed = case.chance.choice(JUMPS), case.chance.random() < 0.5
    with case.screening() as run:
        lines = at_a_random_moment(case, run)
        hit = run.is_at_work
        clock.jump(seconds)
        if killed:
            at_a_random_moment(case, run, earliest=lines)
            run.process.kill()
        ended = run.end()
    what = f"{seconds / HOUR:+.0f} hours after {lines} lines{', then kill -9' if killed else ''}"
    return judged(case, what, hit, [ended], unsaid(ended, *([9] if killed else [])))


@cache
def _library() -> Path:
    """The shim, compiled once a run."""
    made = Path(tempfile.mkdtemp(prefix="faults-clock-")) / "clock.so"
    source = Path(__file__).with_name("clock.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", made, source, "-ldl"], check=True)
    return made
