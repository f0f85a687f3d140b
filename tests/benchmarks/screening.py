"""Images a second, end to end, beside what a user would otherwise write; where the time goes.

    python -m tests.benchmarks.screening [--films 100] [--rounds 3]

Both run as processes of their own on the same folders, in turn, and are timed from their first line to
their last result without their start, which is given apart. Quote the ratios: machines differ.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.folders import FOLDERS, make_folder

ROOT = Path(__file__).parents[2]
SHIM = ROOT / "tests" / "shim"


def measure(module: str, folder: Path) -> dict[str, float]:
    """Run one contestant on one folder; its last line is a JSON object of seconds and counts."""
    paths = [str(SHIM), str(ROOT), os.environ.get("PYTHONPATH", "")]
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", module, str(folder)],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
    )
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures | {"whole": time.perf_counter() - started}


def main() -> None:
    """Print one row a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    print(f"{cpu()}, {os.cpu_count()} CPUs, {arguments.films} films, {arguments.rounds} rounds, medians")
    print(
        f"{'folder':<28}{'lightbox':>10}{'loop':>8}{'ratio':>7}   "
        f"{'decode':>7}{'preproc':>8}{'infer':>7}{'commit':>7}   of the work"
    )
    with tempfile.TemporaryDirectory() as place:
        for name in FOLDERS:
            folder = make_folder(name, Path(place) / name, arguments.films)
            ours, theirs = [], []
            for _ in range(arguments.rounds):
                ours.append(measure("tests.benchmarks.lightbox_loop", folder))
                theirs.append(measure("tests.benchmarks.plain_loop", folder))
            report(name, ours, theirs)


def report(name: str, ours: list[dict[str, float]], theirs: list[dict[str, float]]) -> None:
    """One row: rates, their ratio pair by pair, shares of the work."""
    rate = statistics.median(one["films"] / one["seconds"] for one in ours)
    plain = statistics.median(one["films"] / one["seconds"] for one in theirs)
    ratio = statistics.median(b["seconds"] / a["seconds"] for a, b in zip(ours, theirs, strict=True))
    stages = ("decode", "preprocess", "inference", "commit")
    work = [sum(one[stage] for one in ours) for stage in stages]
    shares = "".join(
        f"{part / sum(work):>{width}.0%}" for part, width in zip(work, (7, 8, 7, 7), strict=True)
    )
    start = statistics.median(one["whole"] - one["seconds"] for one in ours)
    print(
        f"{name:<28}{rate:>8.1f}/s{plain:>6.1f}/s{ratio:>6.1f}x   {shares}   (start {start:.1f} s)",
        flush=True,
    )


def cpu() -> str:
    """The CPU's own name, and whether it has VNNI."""
    info = Path("/proc/cpuinfo")
    if not info.is_file():
        return platform.processor()
    lines = info.read_text().splitlines()
    name = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "CPU")
    flags = next((line for line in lines if line.startswith("flags")), "")
    return f"{name} ({'VNNI' if 'vnni' in flags else 'no VNNI'})"


if __name__ == "__main__":
    main()
