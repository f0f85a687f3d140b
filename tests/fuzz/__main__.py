"""``python -m tests.fuzz``: see the package."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from pathlib import Path

from tests.fuzz.places import scratch
from tests.fuzz.target import Target


def main(argv: list[str]) -> int:
    if "--guided" in argv:
        from tests.fuzz.guided import BY_NAME
    else:
        from tests.fuzz.targets import BY_NAME
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description="Fuzz the parsers of foreign bytes."
    )
    parser.add_argument(
        "--target", action="append", choices=[*BY_NAME], help="may be given again; all without it"
    )
    parser.add_argument("--count", type=int, default=1000, help="inputs of each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--guided", action="store_true", help="let coverage choose the inputs (needs atheris)"
    )
    parser.add_argument("--keep", type=Path, help="a folder for the first input of each failure")
    arguments = parser.parse_args(argv)
    targets = [BY_NAME[name] for name in arguments.target or BY_NAME]
    run = _guided if arguments.guided else _run
    try:
        return int(sum(run(one, arguments.count, arguments.seed, arguments.keep) for one in targets) > 0)
    finally:
        shutil.rmtree(scratch(), ignore_errors=True)


def _guided(target: Target, count: int, seed: int, keep: Path | None) -> int:
    from tests.fuzz.guided import guide  # atheris is installed by who wants it

    return guide(target, count, seed, keep)


def _run(target: Target, count: int, seed: int, keep: Path | None) -> int:
    """Run one target and print a line of it, and one for each way in which it failed."""
    from tests.fuzz import worker
    from tests.fuzz.telling import Telling

    started, telling = time.monotonic(), Telling(target, keep)
    for found in worker.run(target, count, seed):
        telling.tell(found.number, found.failure, worker.made(target, seed, found.number))
    seconds, seen = time.monotonic() - started, telling.seen
    print(
        f"{target.name}: {count} inputs, {seconds:.0f} s, {len(seen)} failures, {seen.total()} times",
        flush=True,
    )
    return len(seen)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
