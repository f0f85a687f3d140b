"""Memory does not grow with the folder; `tests.benchmarks.memory` measures the same with 10,000 files."""

from __future__ import annotations

from pathlib import Path

from lightbox_edge.bundle import Bundle
from tests.benchmarks.memory import MOST_MB, make_films, measure


def test_a_larger_folder_needs_no_more_memory(bundle: Bundle, tmp_path: Path) -> None:
    warming = tmp_path / "warming"
    warming.mkdir()
    make_films(warming, 10)
    measure(warming, tmp_path / "warming.worklist", bundle.folder)  # the first run may measure the rungs
    peaks = []
    for count in (50, 1000):
        folder = tmp_path / str(count)
        folder.mkdir()
        make_films(folder, count)
        peaks.append(measure(folder, tmp_path / f"{count}.worklist", bundle.folder))
        print(f"\n{count} files: {peaks[-1]}")
    assert peaks[1].main - peaks[0].main <= MOST_MB
    assert peaks[1].tree - peaks[0].tree <= MOST_MB
