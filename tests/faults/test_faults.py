"""A few faults of every kind that this machine can make; `python -m tests.faults` makes many."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.faults.kinds import KINDS
from tests.processes import environment

ROOT = Path(__file__).parents[2]
IN_TERMINALS = {"review ended", "review's disk fails", "clock set in review", "clock set in a PIN's wait"}


def test_nothing_is_lost_and_nothing_double() -> None:
    """One of each kind with the tiny bundle; those in terminals take seconds each, so one stands for them."""
    kinds = [name for name in KINDS if name not in IN_TERMINALS] + ["review ended"]
    chosen = [part for name in kinds for part in ("--kind", name)]
    call = [sys.executable, "-m", "tests.faults", "--count", str(len(kinds)), "--real", "0", *chosen]
    ended = subprocess.run(
        call, cwd=ROOT, env=environment(), capture_output=True, encoding="utf-8", check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    (counts,) = re.findall(r"\*\*all\*\* \| (\d+) \| (\d+) \| 0 \| 0 \| 0 \| 0", ended.stdout)
    injected, hit = map(int, counts)
    left_out = ended.stderr.count("left out: ")
    assert injected == len(kinds)
    assert hit >= (injected - left_out) // 2  # a fault that misses shows nothing
