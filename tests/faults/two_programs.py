"""Two programs on one worklist, of which one may be killed."""

from __future__ import annotations

import signal

from tests.faults.invariants import judged, unsaid
from tests.faults.killing import at_a_random_moment
from tests.faults.verdict import Case, Verdict


def two_programs(case: Case) -> Verdict:
    """Both screen the same films; in three of four cases the first is killed."""
    killed = case.chance.random() < 0.75
    with case.screening() as first, case.screening() as second:
        lines = at_a_random_moment(case, first)
        hit = first.is_at_work and second.is_at_work
        if killed:
            first.process.kill()
        ended = [first.end(), second.end()]
    said = [*unsaid(ended[0], *([signal.SIGKILL] if killed else [])), *unsaid(ended[1])]
    if ended[1].code != case.stage.code:
        said.append(f"the one that was left alone ended with {ended[1].code}: {ended[1].err[-300:]}")
    what = f"two screen at once, the first is {'killed' if killed else 'left alone'} after {lines} lines"
    return judged(case, what, hit, ended, said)
