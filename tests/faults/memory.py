"""Too little memory: in the decoders, by a limit that is set on them while they work."""

from __future__ import annotations

import resource
import signal
import time

import psutil  # type: ignore[import-untyped]  # it ships none

from tests.faults.invariants import judged, unsaid
from tests.faults.verdict import Case, Verdict

CRASHES = (signal.SIGSEGV, signal.SIGABRT)


def decoders_starve(case: Case) -> Verdict:
    """The address space of each decoder ends where it is, or below that, from some moment on."""
    room = case.chance.choice((0, 0, 1 << 18, 1 << 20, 1 << 22, -(1 << 26)))
    limited: set[int] = set()
    with case.screening() as run:
        run.wait_for(lambda: len(run.decoders()) > 0)
        time.sleep(case.chance.uniform(0, 0.8))
        for one in run.decoders():
            try:
                end = max(1 << 20, one.memory_info().vms + room)
                resource.prlimit(one.pid, resource.RLIMIT_AS, (end, end))
                limited.add(one.pid)
            except (psutil.NoSuchProcess, ProcessLookupError):
                continue
        ended = run.end()
    hit = '"unreadable"' in ended.out.replace("cut.png", "") and bool(limited)
    return judged(case, f"{room >> 10} KiB left for each decoder", hit, [ended], unsaid(ended))


def program_starves(case: Case) -> Verdict:
    """The address space of the whole program is small from its start on.

    A native library that gets no memory may end the program by a signal, and nobody is left to say a
    sentence: that counts as killed, and must have lost nothing.
    """
    megabytes = case.chance.randint(60, 1200)
    with case.screening("prlimit", f"--as={megabytes << 20}", "--") as run:
        ended = run.end()
    hit = ended.code != case.stage.code
    what = f"{megabytes} MiB for the program"
    if -ended.code in CRASHES:
        return judged(case, f"{what}, ended by {signal.Signals(-ended.code).name}", hit, [ended])
    return judged(case, what, hit, [ended], unsaid(ended))
