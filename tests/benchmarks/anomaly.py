"""What the anomaly rank is worth beside the zero-shot probability, and what it costs.

    python -m tests.benchmarks.anomaly --data OPEN_X_RAYS --bundle DIR

The batch is all test films of a source, or of both; AUC for "not normal" on those that RSNA's radiologists
re-read (``rsna_class``), with intervals, for the anomaly score and for the zero-shot log-odds
of "any abnormality". The cost is that of ranking a worklist of films with made patches, each size in a
process of its own; peak memory is that process's.
"""

from __future__ import annotations

import argparse
import csv
import resource
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from numpy.typing import NDArray

from lightbox_edge.anomaly import anomaly_scores, references
from lightbox_edge.backends import open_session
from lightbox_edge.bundle import Bundle, open_bundle
from lightbox_edge.findings import read_text_features
from lightbox_edge.loading import load_films
from lightbox_edge.manifest import Precision
from lightbox_edge.measuring import auc, auc_interval
from lightbox_edge.patches import pack
from lightbox_edge.proving import finding_log_odds
from lightbox_edge.ranking import rank_films
from lightbox_edge.reading import Source
from lightbox_edge.results import FilmKey, Outcome, Result
from lightbox_edge.worklist import FileResults, Judge, Worklist

BUNDLE = Path(__file__).parents[2] / "bundles" / "chest-open"
SOURCES = ("nih_talo", "nih_kcr64")
ABNORMAL = "any abnormality"
PATCHES, WIDE = 49, 256
SIZES = (100, 1000, 10_000)


@dataclass(frozen=True, slots=True)
class Films:
    """N films of a source by one rung: their class or "", packed patches, and zero-shot log-odds, (N,)."""

    classes: list[str]
    packed: list[bytes]
    log_odds: NDArray[np.float64]


def look(bundle: Bundle, precision: Precision, data: Path, source: str) -> Films:
    """Encode the test films of a source."""
    with (data / "labels.csv").open(newline="", encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if (row["source"], row["split"]) == (source, "test")]
    manifest = bundle.manifest
    session = open_session(bundle.read(bundle.rung(precision).image_encoder), "onnxruntime", "cpu", 1)
    features, packed = [], []
    for row in rows:
        given = session.run({"pixels": load_films([data / row["file"]], manifest.preprocessing)})
        if "patch_features" not in given:
            sys.exit(f"{bundle.folder} at {precision} gives no patch_features: export it again.")
        features.append(given["image_features"][0])
        packed.append(pack(given["patch_features"][0]))
    odds = finding_log_odds(
        np.stack(features), read_text_features(bundle), manifest.findings, manifest.logit_scale
    )
    return Films([row["rsna_class"] for row in rows], packed, odds[ABNORMAL])


def compare(name: str, precision: str, parts: list[Films]) -> None:
    """Print both AUC of one batch."""
    packed = [one for part in parts for one in part.packed]
    batch: dict[FilmKey, bytes] = {(f"{place:064x}", 0): one for place, one in enumerate(packed)}
    scores = dict(anomaly_scores(batch.items(), {key: batch[key] for key in references(batch)}))
    classes = np.array([one for part in parts for one in part.classes])
    known, ill = classes != "", classes != "Normal"
    figures = {
        "anomaly": np.array([scores[key] for key in batch]),
        "zero-shot": np.concatenate([part.log_odds for part in parts]),
    }
    told = []
    for which, values in figures.items():
        low, high = auc_interval(ill[known], values[known])
        told.append(f"{which} {auc(ill[known], values[known]):.3f} ({low:.3f} to {high:.3f})")
    counts = f"{int((known & ill).sum())} not normal, {int((known & ~ill).sum())} normal"
    print(f"{name}, {precision}: batch of {len(batch)}, {counts}: {', '.join(told)}", flush=True)


def cost(count: int) -> None:
    """Fill a worklist with made films, rank it, print what that took."""
    judge = Judge("j", "made", "int8", ())
    chance = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "w.worklist"
        with Worklist(place) as worklist:
            worklist.add_judge(judge)
            for first in range(0, count, 100):
                worklist.commit(judge, [_made(first + one, chance) for one in range(min(100, count - first))])
            before, started, cpu = _peak(), perf_counter(), process_time()
            rank_films(worklist, judge)
            wall, cpu = perf_counter() - started, process_time() - cpu
        size = place.stat().st_size / 1e6
    print(
        f"{count:>6} films: {cpu:.2f} s of CPU ({wall:.2f} s), {1000 * cpu / count:.2f} ms a film, peak "
        f"{_peak():.0f} MB ({before:.0f} before), worklist {size:.1f} MB"
    )


def _made(number: int, chance: np.random.Generator) -> FileResults:
    outcome = Outcome("judged", "not flagged")
    source = Source(f"{number}.png", f"/{number}.png", (), 1, 1)
    patches = pack(chance.standard_normal((PATCHES, WIDE), np.float32))
    result = Result(source.path, None, f"{number:064x}", outcome)
    return FileResults(source, result.sha256, (result,), (patches,))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--bundle", type=Path, default=BUNDLE)
    parser.add_argument("--cost", type=int, help="only this size, in this process")
    arguments = parser.parse_args()
    if arguments.cost:
        return cost(arguments.cost)
    if arguments.data:
        bundle = open_bundle(arguments.bundle)
        for precision in bundle.manifest.ladder:
            parts = {source: look(bundle, precision, arguments.data, source) for source in SOURCES}
            for name in SOURCES:
                compare(name, precision, [parts[name]])
            compare(" and ".join(SOURCES), precision, list(parts.values()))
    for size in SIZES:
        subprocess.run([sys.executable, "-m", "tests.benchmarks.anomaly", "--cost", str(size)], check=True)
    return None


if __name__ == "__main__":
    main()
