"""What reports cost in time and memory.

``python -m tests.benchmarks.reports --rows 50000 --formats csv json`` makes a worklist whose every fifth
film is flagged and every tenth decided on, and writes reports of its session, each in a process of its own.
``--films FOLDER`` puts films under FOLDER behind its rows, as many times as it takes, so that there are
pictures with outlines; ``--pictures`` is that of ``lightbox report``.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter, sleep

import psutil  # type: ignore[import-untyped]  # it ships none

from lightbox_edge.bundle import Bundle, open_bundle
from lightbox_edge.decisions import Decision, DecisionLog
from lightbox_edge.decisions.records import MachineView
from lightbox_edge.judging import Model
from lightbox_edge.radiograph import Header
from lightbox_edge.reading import Refused, Source, find_sources
from lightbox_edge.results import DescriptorScore, FindingScore, Outcome, Result
from lightbox_edge.worklist import FileResults, Judge, Worklist

BUNDLE = Path(__file__).parents[2] / "bundles" / "chest-open"
SECONDS_BETWEEN_SAMPLES = 0.1
FORMATS = ("csv", "json", "html", "pdf")


def found(folder: Path | None, rows: int) -> list[tuple[Source, str]]:
    """A source and its SHA-256 for each row; made ones where there are no films."""
    if folder is None:
        made = (Source(f"films/{number:06}.dcm", f"/none/{number:06}", (), 1, 1) for number in range(rows))
        return [(one, hashlib.sha256(one.path.encode()).hexdigest()) for one in made]
    sources = islice((one for one in find_sources([folder]) if not isinstance(one, Refused)), rows)
    films = [(one, hashlib.sha256(Path(one.location).read_bytes()).hexdigest()) for one in sources]
    return list(islice(cycle(films), rows))


def fill(worklist: Worklist, judge: Judge, bundle: Bundle, films: Sequence[tuple[Source, str]]) -> None:
    """Rows with all findings and descriptors, as screening leaves them."""
    worklist.add_judge(judge)
    files = []
    for number, (source, sha256) in enumerate(films):
        flagged = number % 5 == 0
        scores = tuple(
            FindingScore(
                one.name, 0.8 if flagged and place < 2 else 0.1, 0.5, flagged and place < 2,
                descriptors=tuple(DescriptorScore(part.present, 0.5) for part in one.descriptors),
            )
            for place, one in enumerate(bundle.manifest.findings)
        )  # fmt: skip
        header = Header(f"P{number // 2:06}", "060Y", "F", "20260131", "DX", "PA")
        outcome = Outcome("judged", "flagged" if flagged else "not flagged", (), scores, "PA", header)
        path = f"films/{number:06}.dcm"
        row = Result(path, None, sha256, outcome)
        place = Source(path, source.location, source.members, source.bytes, number)
        files.append(FileResults(place, sha256, (row,)))
    worklist.commit(judge, files)


def decide(worklist: Worklist, judge: Judge, films: Sequence[tuple[Source, str]]) -> None:
    """Every tenth film."""
    log = DecisionLog(worklist)
    machine = MachineView(
        judge.id, judge.bundle, judge.version, judge.precision, judge.calibration, "flagged"
    )
    for _, sha256 in films[::10]:
        log.append(
            lambda _, number, sha256=sha256: Decision(  # type: ignore[misc]  # bound now, not later
                number=number, at="2026-11-22T10:00:00+00:00", reader="Amina Yusuf", sha256=sha256, frame=0,
                kind="decision", answer="agree", machine=machine, note="seen",
            )
        )  # fmt: skip


def measure(arguments: Sequence[str]) -> tuple[float, float]:
    """Seconds, and the peak of the program's own memory in MB (10**6 bytes), its decoders left out."""
    started, peak = perf_counter(), 0.0
    with subprocess.Popen([sys.executable, "-m", "lightbox_door", "report", *arguments]) as process:
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            sleep(SECONDS_BETWEEN_SAMPLES)  # first, for a process begins with its parent's memory
            with suppress(psutil.NoSuchProcess):
                peak = max(peak, watched.memory_info().rss / 1e6)
    if process.returncode:
        raise RuntimeError(f"the report ended with {process.returncode}")
    return perf_counter() - started, peak


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--formats", nargs="+", choices=FORMATS, default=FORMATS)
    parser.add_argument("--films", type=Path)
    parser.add_argument("--pictures", default="flagged")
    parser.add_argument("--bundle", type=Path, default=BUNDLE)
    arguments = parser.parse_args()
    bundle = open_bundle(arguments.bundle)
    judge, films = Model(bundle, threads=1).judge, found(arguments.films, arguments.rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.worklist"
        with Worklist(path) as worklist:
            fill(worklist, judge, bundle, films)
            decide(worklist, judge, films)
        print(f"{arguments.rows} rows, a worklist of {path.stat().st_size / 1e6:.0f} MB")
        for kind in arguments.formats:
            out = Path(folder) / f"made.{kind}"
            call = ["--worklist", str(path), "--bundle", str(arguments.bundle), "--format", kind]
            seconds, peak = measure([*call, "--pictures", arguments.pictures, "--out", str(out)])
            print(f"{kind}: {seconds:.1f} s, peak {peak:.0f} MB, a file of {out.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
