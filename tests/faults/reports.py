"""A report that is being written is killed, has no room, or has its disk fail: the old one stays whole."""

from __future__ import annotations

import shutil
import signal
import time
from pathlib import Path

from tests.faults.disks import disk, failing
from tests.faults.invariants import unsaid
from tests.faults.running import Ended, running
from tests.faults.verdict import Case, Verdict

FORMATS = ("csv", "json", "html", "pdf")
SECONDS = 1.5  # that a report takes, about


def report(case: Case) -> Verdict:
    """One of the formats; beforehand there may be an old report in its place."""
    kind = case.chance.choice(FORMATS)
    case.stage.put_films(case.folder)
    case.ended(*case.stage.screening())
    with disk(case.folder / "out") as place:
        file = case.folder / "out" / f"report.{kind}"
        call = case.stage.call("report", "--format", kind, "--bundle", case.stage.bundle, "--out", file)
        old = b"the report of last week" if case.chance.random() < 0.5 else None
        if old:
            file.write_bytes(old)
        what, hit, ended = case.chance.choice((_killed, _no_room, _failed))(case, call, file)
        found = file.read_bytes() if file.exists() else None
        wrong, told = [], ended.code == 0
        if found != old and not is_whole(kind, found):
            wrong.append(f"half a report of {len(found or b'')} bytes")
        if told and found == old:
            wrong.append("told to be written and not there")
        place.make_room()
        again = case.ended(*call)
        if again.code != 0 or not is_whole(kind, file.read_bytes()):
            wrong.append(f"written again it ends with {again.code}: {again.err}")
        said = (*unsaid(ended, signal.SIGKILL), *unsaid(again))
    return Verdict(f"{kind}: {what}", hit, unsaid=said, wrong=tuple(wrong))


def is_whole(kind: str, content: bytes | None) -> bool:
    """Whether a report has its end."""
    if not content:
        return False
    if kind == "csv":
        return content.endswith(b"\n")
    return content.rstrip().endswith({"json": b"}", "html": b"</html>", "pdf": b"%%EOF"}[kind])


def _killed(case: Case, call: list[str], file: Path) -> tuple[str, bool, Ended]:
    with running(call, case.folder, case.stage.env) as run:
        time.sleep(case.chance.uniform(0.2, SECONDS))
        if case.chance.random() < 0.5:  # while it is being written
            run.wait_for(lambda: len(list(file.parent.glob(f".{file.name}*"))) > 0)
        hit = run.is_at_work
        run.process.kill()
        return "kill -9", hit, run.end()


def _no_room(case: Case, call: list[str], file: Path) -> tuple[str, bool, Ended]:
    filler = file.with_name("filler")
    room = case.chance.randint(0, 24) << 10
    free = shutil.disk_usage(file.parent).free
    filler.write_bytes(bytes(max(0, free - room)))
    ended = case.ended(*call)
    filler.unlink()
    return f"{room >> 10} KiB of room", ended.code != 0, ended


def _failed(case: Case, call: list[str], file: Path) -> tuple[str, bool, Ended]:
    syscall = case.chance.choice(("fsync", "rename"))
    error, when = case.chance.choice(("ENOSPC", "EIO")), case.chance.choice(("1", "2", "1+"))
    ended = case.ended(*failing(syscall, error, when, [], call))
    return f"{error} from {syscall} number {when}", ended.code != 0, ended
