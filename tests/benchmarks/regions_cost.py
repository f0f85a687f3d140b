"""What regions cost: INT8 against fp32 in maps and masks, time by stage, peak memory of the process."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from lightbox_edge.anatomy import AnatomyModel, open_anatomy
from lightbox_edge.backends import BackendName
from lightbox_edge.bundle import Bundle
from lightbox_edge.judging import Model
from lightbox_edge.loading import read_film
from lightbox_edge.masks_measuring import dice_of, thorax_prompts
from lightbox_edge.preprocess import preprocess
from lightbox_edge.regions.drawing import film_gray, mask_png, overlay_png
from lightbox_edge.regions.occlusion import PASSES, covered_features
from lightbox_edge.regions.organs import find_organs
from lightbox_edge.regions.outliner import kept_side
from lightbox_edge.regions.prompting import place_of
from lightbox_edge.regions.records import Region
from lightbox_edge.segmenting import Prompt, SegmenterModel, film_pixels
from tests.benchmarks.memory import _children, _megabytes
from tests.benchmarks.regions_pointing import film_map

Made = TypeVar("Made")


def print_int8(fp32: Bundle, bundle: Bundle, backend: BackendName, files: Sequence[Path]) -> None:
    """Each rung's maps and masks against those of an fp32 bundle, over films and findings."""
    films = [read_film(file, kept_side(bundle)) for file in files]
    best = Model(fp32, precision="fp32", backend=backend, device="cpu")
    names = [criterion.name for criterion in best.criteria]
    theirs = {(at, name): film_map(best, film, name) for at, film in enumerate(films) for name in names}
    for precision in bundle.manifest.ladder:
        model = Model(bundle, precision=precision, backend=backend, device="cpu")
        alike, apart = [], []
        for (at, name), one in theirs.items():
            other = film_map(model, films[at], name)
            alike.append(np.corrcoef(one.ravel(), other.ravel())[0, 1])
            places = [place_of(each, films[at].stored_size) for each in (one, other)]
            if all(places):
                ours, ref = (np.array(place.maximum) for place in places if place)
                apart.append(np.linalg.norm(ours - ref) / max(films[at].stored_size))
        print(
            f"maps {precision}: mean correlation with fp32's {np.mean(alike):.4f} (least {min(alike):.3f}); "
            f"their maxima lie {np.mean(apart):.4f} of the longer side apart (most {max(apart):.3f})",
            flush=True,
        )
    if fp32.manifest.segmenter and bundle.manifest.segmenter:
        reference = SegmenterModel(fp32, "fp32", backend, "cpu")
        for precision in bundle.manifest.segmenter.ladder:
            other_model = SegmenterModel(bundle, precision, backend, "cpu")
            dice = []
            for at, film in enumerate(films):
                places = [place_of(theirs[at, name], film.stored_size) for name in names]
                prompts = [Prompt(place.box) for place in places if place] + thorax_prompts(film.stored_size)
                pairs = zip(reference.segment(film, prompts), other_model.segment(film, prompts), strict=True)
                dice += [dice_of(ours.pixels, made.pixels) for ours, made in pairs]
            print(
                f"masks {precision}: mean Dice to fp32's {np.mean(dice):.4f} of {len(dice)} prompts",
                flush=True,
            )


def print_time(bundle: Bundle, backend: BackendName, threads: int, files: Sequence[Path]) -> None:
    """Milliseconds by stage, medians over films, each stage alone in this process."""
    model = Model(bundle, backend=backend, device="cpu", threads=threads)
    anatomy = open_anatomy(bundle, backend, "cpu", threads) if bundle.manifest.anatomy else None
    ladder = bundle.manifest.segmenter.ladder if bundle.manifest.segmenter else {}
    segmenter = SegmenterModel(bundle, next(iter(ladder)), backend, "cpu", threads) if ladder else None
    taken: dict[str, list[float]] = defaultdict(list)
    for file in files:
        _stages(file, kept_side(bundle), model, anatomy, segmenter, taken)
    print(
        f"milliseconds by stage, medians of {len(files)} films, {threads} threads, {model.choice.precision}:"
    )
    for stage, seconds in taken.items():
        print(f"  {stage:<38}{1e3 * statistics.median(seconds[1:] or seconds):>8.1f}")


def _stages(
    file: Path,
    side: int,
    model: Model,
    anatomy: AnatomyModel | None,
    segmenter: SegmenterModel | None,
    taken: dict[str, list[float]],
) -> None:
    """Add the seconds of each stage on one film."""

    def timed(stage: str, step: Callable[[], Made]) -> Made:
        started = time.perf_counter()
        made = step()
        taken[stage].append(time.perf_counter() - started)
        return made

    film = timed("decode", lambda: read_film(file, side))
    how = model.preprocessing
    encoded = timed("preprocess and image encoder", lambda: model.run(preprocess(film, how)[np.newaxis]))
    if encoded.patch_features is None:
        timed(
            f"{PASSES} covered films, for all findings",
            lambda: covered_features(model.encode, preprocess(film, how), film.stored_size),
        )
    mask = np.zeros(film.stored_size, np.bool_)
    if anatomy is not None:
        timed("lungs, heart, ratio", lambda: find_organs(anatomy, film))
    if segmenter is not None:
        size, pixels = film.stored_size, film_pixels(film, segmenter.input_size)[np.newaxis]
        embedding = timed("segmenter's image encoder, first prompt", lambda: segmenter.embed(pixels)[0])
        prompts = thorax_prompts(size)[:1]
        made = timed("mask decoder, every prompt", lambda: segmenter.masks(embedding, prompts, size))
        mask = made[0].pixels
    region = Region("effusion", None, mask)
    timed(
        "mask and overlay as PNG",
        lambda: (mask_png(mask, ""), overlay_png(film_gray(film), film.stored_size, region, "")),
    )


def print_whole(bundle: Path, backend: BackendName, threads: int, files: Sequence[Path]) -> None:
    """Seconds a film and peak memory of ``lightbox regions`` itself; then once more, embeddings kept."""
    with tempfile.TemporaryDirectory() as place:
        call = [sys.executable, "-m", "lightbox_door", "regions", *map(str, files), "--json", "--out", place]
        call += ["--bundle", str(bundle), "--backend", backend, "--threads", str(threads)]
        call += ["--finding", "lung opacity"]
        for run in ("first run", "run again, embeddings kept"):
            main, tree, seconds, lines = _watched(call, Path(place) / "lines.jsonl")
            masks = sum(json.loads(line)["mask"] is not None for line in lines)
            print(
                f"{run}: {seconds / len(files):.2f} s a film of {len(files)} with the start of the program, "
                f"{masks} masks; peak {main:.0f} MB, with decoders {tree:.0f} MB",
                flush=True,
            )


def _watched(call: Sequence[str], lines: Path) -> tuple[float, float, float, list[str]]:
    """Peak megabytes of the process, and with its decoders; its seconds; its lines."""
    import psutil  # type: ignore[import-untyped]  # it ships none

    main = tree = 0.0
    started = time.monotonic()
    with lines.open("wb") as out, subprocess.Popen(call, stdout=out, stderr=subprocess.DEVNULL) as process:
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            sizes = [_megabytes(one) for one in (watched, *_children(watched))]
            main, tree = max(main, sizes[0]), max(tree, sum(sizes))
            time.sleep(0.05)
    return main, tree, time.monotonic() - started, lines.read_text("utf-8").splitlines()
