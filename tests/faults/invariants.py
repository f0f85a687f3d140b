"""What must hold after a fault: checked by running the same command again, undisturbed."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.faults.running import Ended, run
from tests.faults.verdict import Case, Verdict
from tests.worklist_rows import Row, as_line, from_line, in_worklist

DOCUMENTED = (0, 1, 2, 3, 130)
ENDS_IN_A_SENTENCE = (2, 3, 130)
NO_SENTENCE = ("Traceback", "Exception ignored", "Fatal Python error", "terminate called", "It hung.")


def unsaid(ended: Ended, *killed_by: int) -> tuple[str, ...]:
    """What is wrong with how a run ended; ``killed_by`` are the signals that ended it from outside."""
    found = [f"stderr has {ended.err[-800:]!r}" for sign in NO_SENTENCE if sign in ended.err][:1]
    if ended.code not in (*DOCUMENTED, *(-number for number in killed_by)):
        found.append(f"the exit code is {ended.code}: {ended.err[-300:]!r}")
    if ended.code in ENDS_IN_A_SENTENCE and not found:
        lines = [line for line in ended.err.splitlines() if line.strip()]
        last = lines[-1] if lines else ""
        if not (last.startswith("lightbox: ") and last.endswith(".")):
            found.append(f"exit code {ended.code} with {ended.err[-300:]!r}")
    return tuple(found)


def rows_now(worklist: Path) -> list[Row]:
    """What a worklist holds, read from a copy so that nothing is recovered or put away."""
    if not worklist.exists():
        return []
    with tempfile.TemporaryDirectory() as place:
        for end in ("", "-wal"):
            if (part := worklist.with_name(worklist.name + end)).exists():
                shutil.copy(part, place)
        return in_worklist(Path(place) / worklist.name)


def judged(
    case: Case,
    what: str,
    hit: bool,
    faulted: Iterable[Ended],
    said: Iterable[str] = (),
    changed: Sequence[str] = (),
) -> Verdict:
    """Judge a fault of screening by what was told, what is kept, and what the same command then gives.

    ``changed`` begin the paths whose content was another one during the fault.
    """
    stage = case.stage
    told = {from_line(line) for ended in faulted for line in ended.lines}
    kept = {as_line(row) for row in rows_now(case.worklist)}
    lost = [f"told and not kept: {row[0]}" for row in told - kept]
    again = run(stage.screening(), case.folder, stage.env)
    wrong, double, said = [], [], [*said, *unsaid(again)]
    if again.code != stage.code:
        wrong.append(f"run again it ends with {again.code} and not {stage.code}: {again.err[-300:]}")
    shown = [from_line(line) for line in again.lines]
    rows = in_worklist(case.worklist)
    wrong += [f"another result: {row}" for row in {*rows} - {*stage.rows}]
    wrong += [f"told otherwise: {row}" for row in {*shown} - {*stage.told}]
    for name, found, expected in (("told", shown, stage.told), ("kept", rows, stage.rows)):
        paths = Counter(str(row[0]) for row in found)
        lost += [f"not {name}: {row[0]}" for row in expected if str(row[0]) not in paths]
        double += [f"{name} {count} times: {path}" for path, count in paths.items() if count > 1]
    # What could be read once is never told otherwise later: nothing told before the fault is taken back.
    stays = (row for row in told if row[1] is not None and not str(row[0]).startswith(tuple(changed)))
    wrong += [f"taken back: {row[0]}" for row in stays if row not in {*stage.told}]
    return Verdict(what, hit, tuple(lost), tuple(double), tuple(said), tuple(wrong))
