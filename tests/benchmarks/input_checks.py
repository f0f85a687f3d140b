"""What the input checks find and what they refuse wrongly, source by source, and what they cost.

    python -m tests.benchmarks.input_checks --data OPEN_X_RAYS [--bundle DIR] [--films 40]

True films are those that taught the checks nothing: test splits, held-out patients, and whole sources (jsrt,
gb_seg). Altered copies are made of them. Everything goes the way of screening: radiograph, checks, then the
bundle's own distance of image_features where the checks let a film pass.
"""

from __future__ import annotations

import argparse
import csv
import statistics
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

import data_store  # type: ignore[import-untyped]  # it ships none
import numpy as np
from PIL import Image

from lightbox_edge.backends import Session, open_session
from lightbox_edge.bundle import Bundle, open_bundle
from lightbox_edge.input_checks import examine
from lightbox_edge.input_checks.look import look
from lightbox_edge.input_checks.picture import picture, thumbnail
from lightbox_edge.judging import Unusual
from lightbox_edge.loading import read_film
from lightbox_edge.measuring import auc
from lightbox_edge.preprocess import decode_size, fit, normalise
from lightbox_edge.radiograph import Radiograph
from lightbox_edge.scoring import mahalanobis
from lightbox_export.looks.films import CHILD_BELOW_YEARS, held_out
from tests.benchmarks.screening import cpu

BUNDLE = Path(__file__).parents[2] / "bundles" / "chest-open"
FRONTAL = ("PA", "AP", "AP Supine")
Alter = Callable[[Radiograph, np.random.Generator], Radiograph]


@dataclass(frozen=True, slots=True)
class Film:
    """A film and the group that its figures belong to."""

    group: str
    path: Path


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one film: its code or ``judged``; scores of not being a chest film; seconds."""

    code: str
    other: float
    distance: float
    check: float
    judge: float


class Judge:
    """The checks, then the bundle."""

    def __init__(self, bundle: Bundle) -> None:
        self.how = bundle.manifest.preprocessing
        self.adults_only = bundle.manifest.adults_only
        rung = next(reversed(bundle.manifest.ladder.values()))
        self.session: Session = open_session(bundle.read(rung.image_encoder), "onnxruntime", "cpu", 1)
        assert rung.out_of_distribution is not None
        self.unusual = Unusual(bundle, rung.out_of_distribution)

    def __call__(self, film: Radiograph) -> Verdict:
        started = perf_counter()
        fitted = fit(film, self.how.input_size)
        fit_seconds = perf_counter() - started
        seen = picture(film, fitted)
        started = perf_counter()
        found = examine(seen)
        check = perf_counter() - started
        scores = look(thumbnail(seen.gray))
        if found.inverted:
            fitted = np.iinfo(film.pixels.dtype).max - fitted
        started = perf_counter()
        features = self.session.run({"pixels": normalise(fitted, self.how)[np.newaxis]})["image_features"]
        judge = fit_seconds + perf_counter() - started
        distance = float(mahalanobis(features, self.unusual.statistics)[0])
        code = "judged, corrected" if found.inverted else "judged"
        if found.refused:
            code = found.refused.code
        elif self.unusual.reason(features[0]):
            code = "not_chest (features)"
        elif found.for_adults and self.adults_only:
            code = "child"
        return Verdict(code, scores.other - scores.frontal, distance, check, judge)


def films(data: Path) -> Iterator[Film]:
    """Every film that taught nothing, by group."""
    with (data / "labels.csv").open(newline="", encoding="utf-8") as table:
        for row in csv.DictReader(table):
            free = row["split"] not in ("train", "train_paediatric") or held_out(row["source"], row["group"])
            if free and (group := _group(row)):
                yield Film(group, data / row["file"])
    for name in ("RG1_UNCR", "RG3_UNCR", "RG3_J2KR"):
        yield Film(name[:3], Path(data_store.__file__).parent / "data" / f"{name}.dcm")


def _group(row: dict[str, str]) -> str:
    source, view, age = row["source"], row["view"], row["age"]
    if view == "L":
        return "lateral (cohen)"
    if source == "kermany_paed":
        return "children (kermany_paed)"
    if source in ("vqarad_other", "busi"):
        return source
    if age.isdigit() and int(age) < CHILD_BELOW_YEARS:
        return f"children ({source})"
    known = view in FRONTAL or source != "cohen"
    return f"{source} {'test' if row['split'] == 'test' else 'held out'}" if known else ""


def _turned(quarters: int) -> Alter:
    return lambda film, _: _of(film, np.rot90(film.pixels, quarters))


def _inverted(film: Radiograph, _: np.random.Generator) -> Radiograph:
    return _of(film, np.iinfo(film.pixels.dtype).max - film.pixels)


def _cropped(film: Radiograph, chance: np.random.Generator) -> Radiograph:
    rows, columns = (int(side * chance.uniform(0.3, 0.5)) for side in film.pixels.shape)
    top = chance.integers(0, film.pixels.shape[0] - rows)
    left = chance.integers(0, film.pixels.shape[1] - columns)
    return _of(film, film.pixels[top : top + rows, left : left + columns])


def _exposed(low: float, high: float) -> Alter:
    def alter(film: Radiograph, _: np.random.Generator) -> Radiograph:
        most = np.iinfo(film.pixels.dtype).max
        unit = np.clip((film.pixels / most - low) / (high - low), 0, 1)
        return _of(film, (unit * most).astype(film.pixels.dtype))

    return alter


def _small(film: Radiograph, _: np.random.Generator) -> Radiograph:
    return _of(film, np.asarray(Image.fromarray(film.pixels).resize((48, 48))))


def _of(film: Radiograph, pixels: np.ndarray) -> Radiograph:
    whole = np.ascontiguousarray(pixels)
    return replace(film, pixels=whole, stored_size=(whole.shape[0], whole.shape[1]))


ALTERED: dict[str, tuple[Alter, tuple[str, ...]]] = {
    "turned left by 90": (_turned(1), ("rotated_90",)),
    "turned by 180": (_turned(2), ("rotated_180",)),
    "turned right by 90": (_turned(3), ("rotated_270",)),
    "inverted": (_inverted, ("judged, corrected", "inverted")),
    "cropped to a tenth or a quarter": (_cropped, ("cropped",)),
    "nearly blank": (_exposed(-20, 20), ("blank",)),
    "white cut off at 30 %": (_exposed(0, 0.3), ("underexposed",)),
    "black cut off at 80 %": (_exposed(0.8, 1), ("overexposed",)),
    "48 x 48 pixels": (_small, ("low_resolution",)),
}


def main() -> None:
    """Print what became of true films and of altered ones, AUROCs, and the time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--bundle", type=Path, default=BUNDLE)
    parser.add_argument("--films", type=int, default=1000, help="of a group, at most")
    parser.add_argument("--altered", type=int, default=100, help="of a group that are altered, at most")
    arguments = parser.parse_args()
    judge = Judge(open_bundle(arguments.bundle))
    groups: dict[str, list[Film]] = {}
    for film in films(arguments.data):
        groups.setdefault(film.group, []).append(film)
    verdicts = {}
    for group, members in groups.items():
        chosen = members[:: max(1, -(-len(members) // arguments.films))]
        verdicts[group] = [judge(read_film(film.path, decode_size(judge.how))) for film in chosen]
        counted = Counter(verdict.code for verdict in verdicts[group])
        told = ", ".join(f"{code} {count}" for code, count in counted.most_common())
        print(f"{group:<26} {len(chosen):>4}  {told}", flush=True)
    print_auroc(verdicts)
    print_altered(judge, groups, arguments.altered)
    print_time([verdict for group in verdicts.values() for verdict in group])


def print_auroc(verdicts: dict[str, list[Verdict]]) -> None:
    """Not a chest film against true frontal films of adults of all test groups."""
    true = [one for group, some in verdicts.items() if is_true_test(group) for one in some]
    wrong = sum(not one.code.startswith("judged") for one in true)
    print(f"refused wrongly: {wrong} of {len(true)} true test films ({wrong / len(true):.1%})")
    for group in ("vqarad_other", "busi", "RG3", "lateral (cohen)"):
        others = verdicts[group]
        truth = np.repeat([True, False], [len(others), len(true)])
        for name in ("other", "distance"):
            scores = np.array([getattr(one, name) for one in (*others, *true)], dtype=np.float64)
            print(f"AUROC {group:<16} {name:<9} {auc(truth, scores):.4f}")


def is_true_test(group: str) -> bool:
    """Whether it is a group of frontal films of adults on which refusals are wrong, at full size."""
    return group in ("nih_talo test", "jsrt test", "hannover test", "cohen test")


def print_altered(judge: Judge, groups: dict[str, list[Film]], most: int) -> None:
    """The share of altered copies that are found, and called what they are."""
    chance = np.random.default_rng(0)
    sources = ("nih_talo test", "jsrt test", "hannover test", "cohen test", "gb_seg test", "nih_kcr64 test")
    for name, (alter, right) in ALTERED.items():
        told = []
        for group in sources:
            members = groups[group][:: max(1, -(-len(groups[group]) // most))]
            codes = Counter(altered_code(judge, film, alter, chance) for film in members)
            found = sum(count for code, count in codes.items() if code != "judged")
            called = sum(codes[code] for code in right)
            told.append(f"{group.removesuffix(' test')} {called}+{found - called}/{len(members)}")
        print(f"{name:<32} {', '.join(told)}", flush=True)


def altered_code(judge: Judge, film: Film, alter: Alter, chance: np.random.Generator) -> str:
    """What the checks alone say of an altered copy."""
    altered = alter(read_film(film.path, decode_size(judge.how)), chance)
    found = examine(picture(altered, fit(altered, judge.how.input_size)))
    if found.refused:
        return found.refused.code
    return "judged, corrected" if found.inverted else "judged"


def print_time(verdicts: Sequence[Verdict]) -> None:
    """Medians, measured film by film side by side; decoding is left out, which only lowers the share."""
    check = statistics.median(one.check for one in verdicts)
    judge = statistics.median(one.judge for one in verdicts)
    share = statistics.median(one.check / one.judge for one in verdicts)
    print(
        f"{cpu()}: checks {check * 1e3:.2f} ms, preprocessing and encoding {judge * 1e3:.2f} ms: {share:.1%}"
    )


if __name__ == "__main__":
    main()
