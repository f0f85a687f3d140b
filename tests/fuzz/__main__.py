"""``python -m tests.fuzz``: see the package."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections import Counter
from pathlib import Path

from tests.fuzz import worker
from tests.fuzz.places import scratch
from tests.fuzz.target import Failure, Target
from tests.fuzz.targets import BY_NAME


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description="Fuzz the parsers of foreign bytes."
    )
    parser.add_argument(
        "--target", action="append", choices=[*BY_NAME], help="may be given again; all without it"
    )
    parser.add_argument("--count", type=int, default=1000, help="inputs of each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--guided", action="store_true", help="let coverage choose the inputs (atheris)")
    parser.add_argument("--keep", type=Path, help="a folder for the first input of each failure")
    arguments = parser.parse_args(argv)
    targets = [BY_NAME[name] for name in arguments.target or BY_NAME]
    try:
        if arguments.guided:
            from tests.fuzz.guided import guide

            return guide(targets[0], arguments.count, arguments.seed, arguments.keep)
        failures = sum(_run(one, arguments.count, arguments.seed, arguments.keep) for one in targets)
        return int(failures > 0)
    finally:
        shutil.rmtree(scratch(), ignore_errors=True)


def _run(target: Target, count: int, seed: int, keep: Path | None) -> int:
    """Run one target and print a line of it, and one for each way in which it failed."""
    started = time.monotonic()
    seen: Counter[tuple[str, str]] = Counter()
    for found in worker.run(target, count, seed):
        one = found.failure
        seen[one.kind, one.where] += 1
        if seen[one.kind, one.where] == 1:
            print(f"  {target.name} {found.number}: {one.kind}, {one.where}: {one.detail}", flush=True)
            if keep is not None:
                _keep(keep, target, one, worker.made(target, seed, found.number), len(seen))
    seconds = time.monotonic() - started
    print(
        f"{target.name}: {count} inputs, {seconds:.0f} s, {len(seen)} failures, {sum(seen.values())} times",
        flush=True,
    )
    return len(seen)


def _keep(folder: Path, target: Target, failure: Failure, data: bytes, number: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{target.name}-{number:02}-{failure.kind}").write_bytes(data)


if __name__ == "__main__":
    sys.exit(main())
