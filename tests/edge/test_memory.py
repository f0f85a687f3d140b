"""Memory does not grow with the folder; `tests.benchmarks.memory` measures the same with 10,000 files.

On the runtime that is always installed. OpenVINO's share is larger and moves by some 50 MB from run to run,
whatever the folder's size (50 files 200 to 250 MB, 3,000 files 245 MB).
"""

from __future__ import annotations

from pathlib import Path

from lightbox_edge.bundle import Bundle
from tests.benchmarks.memory import MOST_MB, make_films, measure


def test_a_larger_folder_needs_no_more_memory(bundle: Bundle, tmp_path: Path) -> None:
    peaks = []
    for count in (50, 1000):
        folder = tmp_path / str(count)
        folder.mkdir()
        make_films(folder, count)
        peaks.append(measure(folder, tmp_path / f"{count}.worklist", bundle.folder, "onnxruntime"))
        print(f"\n{count} files: {peaks[-1]}")
    assert peaks[1].main - peaks[0].main <= MOST_MB
    assert peaks[1].tree - peaks[0].tree <= MOST_MB
