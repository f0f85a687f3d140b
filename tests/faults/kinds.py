"""Every kind of fault, how often it is made, and what the machine needs for it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from tests.faults.calibrations import calibration
from tests.faults.changing_films import film_changes, film_error, films_pulled
from tests.faults.clocks import clock_set
from tests.faults.damaged_worklist import damaged_worklist
from tests.faults.full_disks import disk_error, disk_full, no_space
from tests.faults.half_bundle import half_bundle
from tests.faults.killing import decoders_killed, killed, signalled
from tests.faults.memory import decoders_starve, program_starves
from tests.faults.outputs import output_fails
from tests.faults.pulled import worklist_pulled
from tests.faults.read_only import read_only_films, read_only_worklist
from tests.faults.reports import report
from tests.faults.reviews import pin_lockout, review_clock, review_ended, review_fails
from tests.faults.two_programs import two_programs
from tests.faults.verdict import Inject


@dataclass(frozen=True, slots=True)
class Kind:
    """``weight`` is how many of it are made for one of a kind of weight 1.

    ``needs`` are programs, ``mounts`` is for disks of its own, ``tiny`` for the tiny bundle alone.
    """

    name: str
    inject: Inject
    weight: int = 1
    needs: tuple[str, ...] = ()
    mounts: bool = False
    tiny: bool = False


KINDS = {
    kind.name: kind
    for kind in (
        Kind("kill -9", killed, 3),
        Kind("decoders killed", decoders_killed, 2),
        Kind("signals", signalled, 2),
        Kind("disk full", disk_full, 4, mounts=True),
        Kind("no space, call by call", no_space, 4, needs=("strace",)),
        Kind("disk error, call by call", disk_error, 4, needs=("strace",)),
        Kind("read-only worklist", read_only_worklist, mounts=True),
        Kind("read-only films", read_only_films, mounts=True),
        Kind("films change", film_changes, 3),
        Kind("film cannot be read", film_error, 2, needs=("strace",)),
        Kind("films pulled", films_pulled, 2, mounts=True),
        Kind("worklist pulled", worklist_pulled, 2, mounts=True),
        Kind("half a bundle", half_bundle, 3),
        Kind("two programs", two_programs, 2),
        Kind("output fails", output_fails, 2),
        Kind("decoders starve", decoders_starve, 2),
        Kind("program starves", program_starves, 1, needs=("prlimit",)),
        Kind("clock set", clock_set, 2, needs=("cc",)),
        Kind("review ended", review_ended, 3, needs=("tmux",)),
        Kind("review's disk fails", review_fails, 2, needs=("tmux", "strace")),
        Kind("clock set in review", review_clock, needs=("tmux", "cc")),
        Kind("clock set in a PIN's wait", pin_lockout, needs=("tmux", "cc")),
        Kind("damaged worklist", damaged_worklist, 3),
        Kind("calibrations", calibration, 2, needs=("strace",), tiny=True),
        Kind("reports", report, 3, needs=("strace",), mounts=True),
    )
}


def why_not(kind: Kind) -> str:
    """Why this machine cannot make that fault; empty where it can."""
    missing = [name for name in kind.needs if shutil.which(name) is None]
    if missing:
        return f"there is no {', '.join(missing)}"
    if kind.mounts and "LIGHTBOX_FAULTS_INSIDE" not in os.environ:
        return "nothing can be mounted here"
    return ""


def schedule(kinds: Sequence[Kind], faults: int) -> Iterator[tuple[Kind, int]]:
    """That many faults in turns, each kind as often as its weight says, each with its number in its kind."""
    made = 0
    numbers = {kind.name: count() for kind in kinds}
    heaviest = max((kind.weight for kind in kinds), default=0)
    while made < faults and kinds:
        for turn in range(heaviest):
            for kind in kinds:
                if turn < kind.weight and made < faults:
                    made += 1
                    yield kind, next(numbers[kind.name])
