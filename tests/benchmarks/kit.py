"""What a kit weighs, part by part, and how long it takes from its start to the first result.

    python -m tests.benchmarks.kit build/kit

A library is one part with what it brought along. The samples are screened from a warm disk cache; quote the
times with the machine's name.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

RUNS = 5
LIBRARIES = ("program", "_internal")  # inside these, each thing is a part of its own
SMALLEST = 1.0  # MB; smaller parts are one row


def weights(kit: Path) -> Counter[str]:
    """Bytes of each part of a kit, a library and what it brought along being one."""
    found: Counter[str] = Counter()
    for path in kit.rglob("*"):
        if path.is_file() and not path.is_symlink():
            parts = path.relative_to(kit).parts
            inside = parts[:2] == LIBRARIES
            found[_part(parts[2]) if inside else "/".join(parts[:2])] += path.stat().st_size
    return found


def _part(name: str) -> str:
    return name.removesuffix(".libs").partition(".cpython")[0].partition(".so")[0].lstrip("_")


def rows(found: Counter[str]) -> Iterator[str]:
    small = {name: size for name, size in found.items() if size < SMALLEST * 1e6}
    for name, size in (found - Counter(small)).most_common():
        yield f"| {name} | {size / 1e6:.1f} |"
    yield f"| {len(small)} smaller parts | {sum(small.values()) / 1e6:.1f} |"
    yield f"| all | {sum(found.values()) / 1e6:.1f} |"


def first_result(kit: Path, folder: Path) -> tuple[float, float]:
    """Seconds from the start to the first line on stdout, and to the end, of screening the samples."""
    call = [str(kit / "program" / "lightbox"), "screen", str(kit / "samples"), "--json"]
    with tempfile.TemporaryDirectory(dir=folder) as place:
        started = time.perf_counter()
        with subprocess.Popen(
            [*call, "--worklist", f"{place}/w"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            assert process.stdout
            assert process.stdout.readline()
            first = time.perf_counter() - started
            process.communicate()
        assert process.returncode == 0
        return first, time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("kit", type=Path)
    kit = parser.parse_args().kit.absolute()
    print("| part | MB |\n|---|---|")
    print("\n".join(rows(weights(kit))))
    with tempfile.TemporaryDirectory() as folder:
        cold = first_result(kit, Path(folder))
        warm = [first_result(kit, Path(folder)) for _ in range(RUNS)]
    print(f"\nfirst of these runs: first result {cold[0]:.2f} s, all samples {cold[1]:.2f} s")
    first, whole = (statistics.median(times) for times in zip(*warm, strict=True))
    print(f"then, median of {RUNS}: first result {first:.2f} s, all samples {whole:.2f} s")


if __name__ == "__main__":
    main()
