"""Break the real program many times and count what was lost.

    python -m tests.faults [--count 500] [--seed 1] [--kind KIND]... [--program PATH]

Each fault is made in a folder of its own; then the same command runs again without a fault, and code holds
what it says and keeps against an undisturbed run. A failing case is printed with the call that repeats it,
and its folder is kept. Ends with 1 if any failed. On Linux the program starts itself again in a mount
namespace of its own (``unshare -rm``), so that disks can be mounted and filled without the machine's own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from tests.faults.kinds import KINDS, Kind, schedule, why_not
from tests.faults.stage import Stage, real_stage, source_program, tiny_stage
from tests.faults.table import Table
from tests.faults.verdict import Case, Verdict
from tests.signed import lay_out_keys

ROOT = Path(__file__).parents[2]
INSIDE = "LIGHTBOX_FAULTS_INSIDE"  # set in the mount namespace
REAL = 0.1  # share of cases with the bundle of the repository


def main() -> int:
    """Make the faults and print the table."""
    arguments = parser().parse_args()
    _enter_namespace()
    program = (str(arguments.program),) if arguments.program else source_program()
    wanted = [KINDS[name] for name in arguments.kind or KINDS]
    table = Table()
    kinds = []
    for kind in wanted:
        if reason := why_not(kind):
            print(f"left out: {kind.name}, for {reason}", file=sys.stderr)
        else:
            kinds.append(kind)
    with tempfile.TemporaryDirectory(prefix="faults-") as place:
        os.environ["LIGHTBOX_KEYS"] = str(
            lay_out_keys(Path(place))
        )  # the tiny bundle is signed with one of them
        tiny = tiny_stage(Path(place), program)
        real = real_stage(Path(place), program, ROOT) if arguments.real is None or arguments.real else tiny
        share = REAL if arguments.real is None else arguments.real
        for kind, number in schedule(kinds, arguments.count):
            seed = arguments.seed + number
            verdict = _one(kind, seed, (tiny, real), share, Path(place))
            table.add(kind.name, verdict)
            if not verdict.is_good or arguments.verbose:
                _tell(kind, seed, verdict)
    print(table)
    return int(table.failed > 0)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m tests.faults", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    made.add_argument("--count", type=int, default=500, help="faults in all (default: %(default)s)")
    made.add_argument("--seed", type=int, default=1, help="of each kind's first fault (default: %(default)s)")
    made.add_argument("--kind", action="append", choices=[*KINDS], help="only this one, may be given again")
    made.add_argument("--program", type=Path, help="a frozen program (default: that of this checkout)")
    made.add_argument("--real", type=float, help=f"share of cases with the real bundle (default: {REAL})")
    made.add_argument("--verbose", action="store_true", help="name every fault")
    return made


def _one(kind: Kind, seed: int, stages: tuple[Stage, Stage], share: float, place: Path) -> Verdict:
    """Make one fault; what goes wrong in the making counts as wrong."""
    folder = Path(tempfile.mkdtemp(prefix="case-", dir=place))
    chance = Random(f"{kind.name} {seed}")  # noqa: S311  # a fault must be repeatable, not secret
    stage = stages[chance.random() < share and not kind.tiny]
    started = time.monotonic()
    try:
        verdict = kind.inject(Case(stage, folder, chance, seed))
    except Exception as error:  # whatever it is, the other faults must still be made
        verdict = Verdict("the fault could not be made", False, wrong=(f"{type(error).__name__}: {error}",))
    if verdict.is_good:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        kept = Path(tempfile.gettempdir()) / f"failed-{kind.name.replace(' ', '-')}-{seed}"
        shutil.rmtree(kept, ignore_errors=True)
        shutil.move(folder, kept)
    seconds = time.monotonic() - started
    print(f"{kind.name} {seed}: {verdict.what}, {seconds:.1f} s", file=sys.stderr, flush=True)
    return verdict


def _tell(kind: Kind, seed: int, verdict: Verdict) -> None:
    print(f"--kind {kind.name!r} --seed {seed} --count 1: {verdict.what}, hit {verdict.hit}")
    for name in ("lost", "double", "unsaid", "wrong"):
        for one in getattr(verdict, name):
            print(f"    {name}: {one}")
    sys.stdout.flush()


def _enter_namespace() -> None:
    """Go on in a mount namespace of our own, where there are such things."""
    if INSIDE in os.environ or shutil.which("unshare") is None:
        return
    inside = ["unshare", "-rm"]
    if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode:
        return
    os.environ[INSIDE] = "1"
    os.execvp(inside[0], [*inside, sys.executable, "-m", "tests.faults", *sys.argv[1:]])  # noqa: S606  # no shell


if __name__ == "__main__":
    sys.exit(main())
