"""Merging two long worklists that share their beginning: seconds and memory of the real program.

    python -m tests.benchmarks.merging [--rows 50000] [--decided 2000] [--patches 3136]

Both have all the rows and half of the decisions in common; the other half is split between them. Each row
has features and packed patches of the size of chest-open's. Quote the figures with the machine's name.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from lightbox_edge import Review, Worklist
from lightbox_edge.browsing import Pages
from lightbox_edge.decisions import pins
from tests.benchmarks.review import PIN, READER, make_worklist
from tests.benchmarks.screening import cpu
from tests.processes import environment, lightbox

FEATURES = 1536  # bytes a film


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--decided", type=int, default=2000)
    parser.add_argument("--patches", type=int, default=3136, help="bytes a film")
    arguments = parser.parse_args()
    pins.N = 2
    with tempfile.TemporaryDirectory() as folder:
        first, second = Path(folder) / "a", Path(folder) / "b"
        make_worklist(first, arguments.rows, arguments.decided // 2)
        _add_films(first, arguments.patches)
        shutil.copy(first, second)
        for reader, path in ((READER, first), ("Björn", second)):
            _decide(path, reader, arguments.decided // 4, random.Random(reader))  # noqa: S311  # as every time
        print(f"{cpu()}; {arguments.rows} rows, {first.stat().st_size / 1e6:.0f} MB each")
        out = Path(folder) / "c"
        started = time.perf_counter()
        done = subprocess.run(
            lightbox("worklist", "merge", first, second, "--out", out, "--json"),
            env=environment(), capture_output=True, check=True,
        )  # fmt: skip
        seconds = time.perf_counter() - started
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        merged = json.loads(done.stdout)
        size = out.stat().st_size / 1e6
        print(
            f"{seconds:.1f} s, {used.ru_utime + used.ru_stime:.1f} s of them on a CPU, at most "
            f"{used.ru_maxrss / 1024:.0f} MB of memory: {merged['films']} films, "
            f"{merged['entries']} entries, {len(merged['disputed'])} in dispute, {size:.0f} MB"
        )


def _add_films(path: Path, patches: int) -> None:
    with Worklist(path) as worklist, worklist.writing() as connection:
        for table, column, size in (("film", "patches", patches), ("film_features", "features", FEATURES)):
            connection.execute(
                f"INSERT INTO {table} (judge, sha256, frame, {column})"  # noqa: S608  # ours
                " SELECT judge, sha256, frame, randomblob(?) FROM picture",
                (size,),
            )


def _decide(path: Path, reader: str, count: int, luck: random.Random) -> None:
    with Worklist(path) as worklist:
        worklist._connection.execute("PRAGMA synchronous = OFF")  # it is thrown away
        review = Review(worklist)
        if reader != READER:
            review.readers.add(reader, PIN)
        review.sign_in(reader, PIN)
        pages = Pages(worklist, review)
        for place in luck.sample(range(len(pages)), count):
            review.decide(pages[place], luck.choice(("agree", "disagree", "refer")))


if __name__ == "__main__":
    main()
