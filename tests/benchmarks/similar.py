"""Films that are alike: whether they share what readers said of them, and what finding them costs.

    python -m tests.benchmarks.similar --data open-x-rays [--bundle bundles/chest-open] [--films 50000]

Films that RSNA's readers read again are screened; each is held against those of other patients, and what its
nearest five share with it stands beside what any film of another patient shares with it. The cost is that of
drawn features of as many dimensions, in a worklist of ``--films``.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from lightbox_edge import Outcome, Result, Review, Screener, Worklist, open_bundle
from lightbox_edge.asking import SimilarFilms
from lightbox_edge.decisions import ReviewRow
from lightbox_edge.features import pack_features
from lightbox_edge.reading import Source
from lightbox_edge.worklist import FileResults, Judge

NEAREST = 5
DRAWS = 2000  # of the bootstrap
Row = dict[str, str]


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--bundle", type=Path, default=Path("bundles/chest-open"))
    parser.add_argument("--films", type=int, default=50_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        for split in ("test", "train"):
            print_shared(arguments.data, arguments.bundle, split, Path(place) / f"{split}.worklist")
        dimensions = int(np.load(arguments.bundle / "text_features.npy").shape[-1])
        print_cost(Path(place) / "many.worklist", arguments.films, dimensions)


def print_shared(data: Path, bundle: Path, split: str, worklist: Path) -> None:
    """What a film shares with its nearest five of other patients, and with all of them."""
    with (data / "labels.csv").open(newline="", encoding="utf-8") as table:
        rows = {
            str(data / row["file"]): row
            for row in csv.DictReader(table)
            if row["source"] == "nih_talo" and row["split"] == split and row["rsna_class"]
        }
    with Worklist(worklist) as kept:
        with Screener(open_bundle(bundle), kept) as screener:
            judged = [one for one in screener.screen(sorted(rows)) if one.outcome.status == "judged"]
        similar = SimilarFilms(Review(kept), kept.again)
        found = [
            (rows[one.file], [rows[near.result.file] for near, _ in similar.nearest(row, len(judged)).films])
            for one in judged
            for row in [ReviewRow(one, screener.model.judge)]
        ]
    print(f"nih_talo {split}, {len(judged)} judged films that RSNA's readers read again")
    for name, key in (("RSNA class", "rsna_class"), ("view", "view"), ("sex", "sex")):
        shares = np.array([_shares(row, others, key) for row, others in found])
        told = ", ".join(f"{mean:.3f} ({low:.3f} to {high:.3f})" for mean, low, high in _interval(shares))
        print(f"  same {name}: nearest {NEAREST}, all others, their difference: {told}")
    for kind in sorted({row["rsna_class"] for row, _ in found}):
        of_kind = np.array(
            [_shares(row, others, "rsna_class") for row, others in found if row["rsna_class"] == kind]
        )
        near, everyone = of_kind.mean(axis=0)
        print(f"    {kind}: {len(of_kind)} films, nearest {near:.3f}, all others {everyone:.3f}")
    patients = [others[0]["group"] == row["group"] for row, others in found]
    print(f"  the nearest film of all is the same patient's: {np.mean(patients):.3f}")


def _shares(row: Row, others: list[Row], key: str) -> tuple[float, float]:
    """The share of the nearest films and of all films, of other patients, that have the same value."""
    same = [one[key] == row[key] for one in others if one["group"] != row["group"]]
    return float(np.mean(same[:NEAREST])), float(np.mean(same))


def _interval(shares: NDArray[np.float64]) -> Iterator[tuple[float, float, float]]:
    """Mean and 95 % bootstrap interval over films of both columns and of their difference."""
    table = np.column_stack([shares, shares[:, 0] - shares[:, 1]])
    chance = np.random.default_rng(0).integers(0, len(table), (DRAWS, len(table)))
    means = table[chance].mean(axis=1)
    for column, mean in enumerate(table.mean(axis=0)):
        low, high = np.percentile(means[:, column], (2.5, 97.5))
        yield float(mean), float(low), float(high)


def print_cost(path: Path, films: int, dimensions: int) -> None:
    """The time of the first question and of further ones, memory, and bytes in the file."""
    judge = Judge("j", "drawn", "int8", ())
    chance = np.random.default_rng(0)
    sizes = []
    with Worklist(path) as worklist:
        worklist.add_judge(judge)
        for has_features in (False, True):
            started = perf_counter()
            for first in range(0, films, 1000):
                drawn = chance.normal(size=(1000, dimensions)).astype(np.float32)
                drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
                worklist.commit(
                    judge, (_file(first + place, one, has_features) for place, one in enumerate(drawn))
                )
            worklist._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            sizes.append(path.stat().st_size)
            print(f"  {films} rows, features {has_features}: written in {perf_counter() - started:.1f} s")
        rows = [ReviewRow(one, judge) for one in worklist.results()]
        similar = SimilarFilms(Review(worklist), worklist.again)
    tracemalloc.start()
    seconds = []
    for row in rows[:21]:
        started = perf_counter()
        similar.nearest(row, 20)
        seconds.append(perf_counter() - started)
    held, _ = tracemalloc.get_traced_memory()
    more = (sizes[1] - sizes[0]) / films
    print(f"{films} films of {dimensions} dimensions: {more:.0f} bytes a film in the file")
    print(f"  first question {seconds[0]:.2f} s, then {1000 * float(np.median(seconds[1:])):.0f} ms (median)")
    print(f"  {held / 1e6:.0f} MB held")


def _file(number: int, features: NDArray[np.float32], has_features: bool) -> FileResults:
    name, sha256 = f"{number:06}.png", f"{number:064x}"
    result = Result(name, None, sha256, Outcome("judged", "not flagged"))
    packed = (pack_features(features),) if has_features else ()
    return FileResults(Source(name, name, (), 1, 1), sha256, (result,), (), packed)


if __name__ == "__main__":
    main()
