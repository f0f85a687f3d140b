"""A full or a failing disk under the worklist: a small one that fills up, and single calls that fail."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

from tests.faults.disks import counted, disk, failing
from tests.faults.invariants import judged, unsaid
from tests.faults.running import run
from tests.faults.stage import Stage
from tests.faults.verdict import Case, Verdict

MOST_KILOBYTES = 700  # more than a worklist of the stages needs with its log
CALLS = ("pwrite64", "fdatasync", "ftruncate", "openat", "pread64", "unlink")
NO_SPACE = ("pwrite64", "ftruncate", "openat", "fdatasync")  # the calls that can say so


def disk_full(case: Case) -> Verdict:
    """The worklist lies on a disk that has room for a part of it; then there is room."""
    case = replace(case, stage=replace(case.stage, worklist="disk/w.worklist"))
    size = 4 * case.chance.randint(1, MOST_KILOBYTES // 4)
    with disk(case.folder / "disk", size) as small:
        with case.screening() as run:
            ended = run.end()
        small.make_room()
        hit = ended.code != case.stage.code
        return judged(case, f"a disk of {size} KiB", hit, [ended], unsaid(ended))


def no_space(case: Case) -> Verdict:
    """ENOSPC from one call on the worklist's files, or from that one on."""
    return _failed_call(case, "ENOSPC", NO_SPACE)


def disk_error(case: Case) -> Verdict:
    """EIO in the same way, from reading too: a disk that fails, a stick that was pulled."""
    return _failed_call(case, "EIO", CALLS)


def _failed_call(case: Case, error: str, calls: tuple[str, ...]) -> Verdict:
    """The number of the case chooses the call, so that cases in a row sweep through the run."""
    possible = [(call, place) for call, place in _calls(case.stage, case.folder.parent) if call in calls]
    call, place = possible[case.number * 37 % len(possible)]
    when = f"{place}+" if case.chance.random() < 0.4 else str(place)
    files = [case.folder / f"{case.stage.worklist}{end}" for end in ("", "-wal", "-shm", "-journal")]
    with case.screening(*failing(call, error, when, files, ())) as run:
        ended = run.end()
    what = f"{error} from {call} number {when} on the worklist"
    return judged(case, what, ended.code != case.stage.code, [ended], unsaid(ended))


@cache
def _calls(stage: Stage, place: Path) -> tuple[tuple[str, int], ...]:
    """Each call on the worklist's files that an undisturbed run makes, with its place among its like."""
    folder = place / f"calls-{stage.bundle.name}"
    folder.mkdir()
    stage.put_films(folder)
    files = [folder / f"{stage.worklist}{end}" for end in ("", "-wal", "-shm", "-journal")]
    log = folder / "calls"
    run(counted(CALLS, files, stage.screening(), log), folder, stage.env)
    made = Counter(re.findall(r"^\d+ +(\w+)\(", log.read_text(), re.MULTILINE))
    return tuple((call, number) for call, total in made.items() for number in range(1, total + 1))
