"""A medium that cannot be written to: under the worklist, and under the films."""

from __future__ import annotations

from dataclasses import replace

from tests.faults.disks import disk
from tests.faults.invariants import judged, unsaid
from tests.faults.stage import FILMS
from tests.faults.verdict import Case, Verdict


def read_only_worklist(case: Case) -> Verdict:
    """A worklist that another run has begun, on a medium that is write-protected by then."""
    case = replace(case, stage=replace(case.stage, worklist="disk/w.worklist"))
    whole = case.chance.random() < 0.5
    with disk(case.folder / "disk") as medium:
        with case.screening() as run:
            if not whole:
                lines = case.chance.randint(0, len(case.stage.rows) - 1)
                run.wait_for(lambda: run.told() > lines)
                run.process.kill()
            before = run.end()
        medium.protect(True)
        kept = _content(case)
        command = case.chance.choice((case.stage.screening(), case.stage.call("report")))
        ended = case.ended(*command)
        wrong = () if _content(case) == kept else ("the write-protected worklist has changed",)
        medium.protect(False)
        what = f"{command[len(case.stage.program)]} with a {'whole' if whole else 'begun'} worklist on it"
        said = unsaid(ended)
        verdict = judged(case, what, ended.code == 2, [before], said)
        return replace(verdict, wrong=(*verdict.wrong, *wrong))


def read_only_films(case: Case) -> Verdict:
    """Films on a medium that is write-protected: nothing is wanted there, so nothing fails."""
    with disk(case.folder / FILMS) as medium:
        case.stage.put_films(case.folder)
        medium.protect(True)
        ended = case.ended(*case.stage.screening())
        wrong = () if ended.code == case.stage.code else (f"ended with {ended.code}: {ended.err}",)
        verdict = judged(case, "screening films on it", True, [ended], unsaid(ended))
        return replace(verdict, wrong=(*verdict.wrong, *wrong))


def _content(case: Case) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in case.worklist.parent.iterdir()}
