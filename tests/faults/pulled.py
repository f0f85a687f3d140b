"""The stick that the worklist lies on is pulled while it is written, and is put in again."""

from __future__ import annotations

from dataclasses import replace

from tests.faults.disks import disk
from tests.faults.invariants import judged, unsaid
from tests.faults.killing import at_a_random_moment
from tests.faults.verdict import Case, Verdict


def worklist_pulled(case: Case) -> Verdict:
    """Unmounted under the program, which may also be killed then.

    What is open stays open, so this shows what happens to paths; EIO from open files is another kind.
    """
    case = replace(case, stage=replace(case.stage, worklist="disk/w.worklist"))
    with disk(case.folder / "disk") as stick:
        with case.screening() as run:
            lines = at_a_random_moment(case, run, earliest=1)
            hit = run.is_at_work
            stick.pull()
            if killed := case.chance.random() < 0.5:
                run.process.kill()
            ended = run.end()
        stray = [file.name for file in stick.place.iterdir()]
        stick.put_back()
        what = f"the worklist's stick after {lines} lines{', killed' if killed else ''}"
        verdict = judged(case, what, hit, [ended], unsaid(ended, *([9] if killed else [])))
        wrong = [f"left where the stick was: {name}" for name in stray]
        return replace(verdict, wrong=(*verdict.wrong, *wrong))
