"""What screening needs in memory as a folder grows, and how soon the first result is there.

``python -m tests.benchmarks.memory`` screens 100 and 10,000 small pictures, all different, each folder with
a worklist of its own, and prints the peak of the run alone and with its decoders. A folder a hundred times
as large may need `MOST_MB` more.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil  # type: ignore[import-untyped]  # it ships none
from PIL import Image

BUNDLE = Path(__file__).parents[2] / "bundles" / "chest-open"
MOST_MB = 60.0
MOST_SECONDS_TO_FIRST = 2.0
SECONDS_BETWEEN_SAMPLES = 0.1


@dataclass(frozen=True, slots=True)
class Peak:
    """Megabytes (10**6 bytes) of proportional set size, so that shared pages count once; and seconds."""

    main: float
    tree: float
    first: float
    whole: float


def make_films(folder: Path, count: int) -> None:
    """Noise of 64 x 64 pixels: no two files are alike, so that each is judged."""
    random = np.random.default_rng(count)
    for number in range(count):
        place = folder / f"{number // 1000:02}" / f"{number:05}.png"
        place.parent.mkdir(exist_ok=True)
        Image.fromarray(random.integers(0, 256, (64, 64), np.uint8)).save(place, compress_level=1)


def measure(folder: Path, worklist: Path, bundle: Path = BUNDLE, backend: str = "auto") -> Peak:
    """Screen a folder in a process of its own and watch it."""
    lines = worklist.with_suffix(".jsonl")
    call = [sys.executable, "-m", "lightbox_door", "screen", str(folder), "--json"]
    call += ["--bundle", str(bundle), "--worklist", str(worklist), "--backend", backend]
    main = tree = first = 0.0
    started = time.monotonic()
    with lines.open("wb") as out, subprocess.Popen(call, stdout=out, stderr=subprocess.DEVNULL) as process:
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            if not first and lines.stat().st_size:
                first = time.monotonic() - started
            sizes = [_megabytes(one) for one in (watched, *_children(watched))]
            main, tree = max(main, sizes[0]), max(tree, sum(sizes))
            time.sleep(SECONDS_BETWEEN_SAMPLES if first else 0.01)
    if process.returncode:
        raise RuntimeError(f"screening ended with {process.returncode}")
    return Peak(main, tree, first, time.monotonic() - started)


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.NoSuchProcess:
        return []


def _megabytes(process: psutil.Process) -> float:
    try:
        info = process.memory_full_info()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0.0
    return float(getattr(info, "pss", info.rss)) / 1e6


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Memory and time to the first result.")
    parser.add_argument("counts", nargs="*", type=int, default=[100, 10_000])
    counts: list[int] = parser.parse_args(argv).counts
    peaks: list[Peak] = []
    with tempfile.TemporaryDirectory() as place:
        for count in counts:
            folder = Path(place) / str(count)
            folder.mkdir()
            make_films(folder, count)
            if not peaks:  # the first run only warms the disk
                measure(folder, Path(place) / "warming.worklist")
            peak = measure(folder, Path(place) / f"{count}.worklist")
            peaks.append(peak)
            print(f"{count:6} files: {peak.main:6.1f} MB, with decoders {peak.tree:6.1f} MB")
            print(f"        first result after {peak.first:.2f} s, all after {peak.whole:.1f} s", flush=True)
    more = [peaks[-1].main - peaks[0].main, peaks[-1].tree - peaks[0].tree]
    print(
        f"{counts[-1]} files need {more[0]:.1f} MB more than {counts[0]}, with decoders {more[1]:.1f} MB more"
    )
    soon = all(peak.first < MOST_SECONDS_TO_FIRST for peak in peaks)
    return int(max(more) > MOST_MB or not soon)


if __name__ == "__main__":
    sys.exit(main())
