"""What is told cannot be told: stdout on a full disk, closed, not read, its reader gone; stderr too."""

from __future__ import annotations

import os
import subprocess
import time

from tests.faults.invariants import judged, unsaid
from tests.faults.running import running
from tests.faults.verdict import Case, Verdict


def output_fails(case: Case) -> Verdict:
    """Screening whose stdout or stderr fails in one of the ways; the worklist must have it all the same."""
    ways = {"its reader goes": _reader_goes, "nobody reads": _nobody_reads, **_SHELL}
    way = case.chance.choice([*ways])
    made = ways[way]
    return made(case) if callable(made) else _in_shell(case, way, made)


# What a shell makes of the program's streams.
_SHELL = {
    "stdout on a full disk": ">/dev/full",
    "stdout closed": ">&-",
    "stderr on a full disk": "2>/dev/full",
    "stderr closed": "2>&-",
    "both closed": ">&- 2>&-",
    "both on a full disk": ">/dev/full 2>/dev/full",
}


def _in_shell(case: Case, way: str, streams: str) -> Verdict:
    command = case.chance.choice(("screen", "report", "worklist"))
    case.stage.put_films(case.folder)
    call = case.stage.screening()
    if command != "screen":
        case.ended(*call)
        verify = [*case.stage.program, "worklist", "verify", "--worklist", case.stage.worklist]
        call = case.stage.call("report") if command == "report" else verify
    ended = case.ended("sh", "-c", f'"$@" {streams}', "sh", *call)
    told = [ended] if command == "screen" else []
    said = () if "2" in streams else unsaid(ended)  # what talks on stderr cannot be asked there
    return judged(case, f"{command}: {way}", True, told, said)


def _reader_goes(case: Case) -> Verdict:
    """As with ``| head``."""
    case.stage.put_films(case.folder)
    wanted = case.chance.randint(0, 3)
    with running(case.stage.screening(), case.folder, case.stage.env, stdout=subprocess.PIPE) as run:
        stdout = run.process.stdout
        told = [stdout.readline().decode() for _ in range(wanted)]
        stdout.close()
        ended = run.end()
    return judged(case, f"stdout's reader goes after {len(told)} lines", True, [ended], unsaid(ended))


def _nobody_reads(case: Case) -> Verdict:
    """A pipe that is full from the beginning holds the program up; then it is killed, or read after all."""
    case.stage.put_films(case.folder)
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"\n" * 4096)
    except BlockingIOError:
        os.set_blocking(writer, True)
    with running(case.stage.screening(), case.folder, case.stage.env, stdout=writer) as run:
        os.close(writer)
        run.wait_for(case.worklist.exists)
        time.sleep(case.chance.uniform(0, 1))
        hit = run.is_at_work
        run.process.kill()
        os.close(reader)
        ended = run.end()
    return judged(case, "a pipe that nobody reads, then kill -9", hit, [ended], unsaid(ended, 9))
