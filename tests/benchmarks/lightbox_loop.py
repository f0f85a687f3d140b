"""Lightbox's side of the benchmark: a fresh worklist, everything durable."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from lightbox_edge import Screener, Worklist, open_bundle

BUNDLE = Path(__file__).parents[2] / "bundles" / "chest-open"


def main(folder: str) -> None:
    """Screen the folder and print seconds by stage."""
    with (
        tempfile.TemporaryDirectory() as place,
        Worklist(Path(place) / "w.worklist") as worklist,
        Screener(open_bundle(BUNDLE), worklist) as screener,
    ):
        started = time.perf_counter()
        films = sum(1 for _ in screener.screen([folder]))
        seconds = time.perf_counter() - started
        tally = screener.tally
    stages = {name: getattr(tally, name) for name in ("decode", "preprocess", "inference", "commit")}
    print(json.dumps({"films": films, "seconds": seconds, **stages}))


if __name__ == "__main__":
    main(sys.argv[1])
