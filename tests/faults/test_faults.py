"""A few faults of the kinds that this machine can make; `python -m tests.faults` makes many."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.processes import environment

ROOT = Path(__file__).parents[2]
# One of each sort, for a machine that is quiet half a minute; the others are of the long run alone.
CHOSEN = (
    "kill -9",
    "disk full",
    "no space, call by call",
    "films pulled",
    "half a bundle",
    "decoders starve",
    "damaged worklist",
    "reports",
    "review ended",
)


def test_nothing_is_lost_and_nothing_double() -> None:
    """One fault each of a third of the kinds, with the tiny bundle."""
    chosen = [part for name in CHOSEN for part in ("--kind", name)]
    call = [sys.executable, "-m", "tests.faults", "--count", str(len(CHOSEN)), "--real", "0", *chosen]
    ended = subprocess.run(
        call, cwd=ROOT, env=environment(), capture_output=True, encoding="utf-8", check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    (counts,) = re.findall(r"\*\*all\*\* \| (\d+) \| (\d+) \| 0 \| 0 \| 0 \| 0", ended.stdout)
    injected, hit = map(int, counts)
    left_out = ended.stderr.count("left out: ")
    assert injected == len(CHOSEN)
    assert hit >= (injected - left_out) // 2  # a fault that misses shows nothing
