"""One film stored in six ways: the pixels that reach the network, and the probabilities, agree."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import data_store  # type: ignore[import-untyped]  # it ships none
import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from PIL import Image

from lightbox_edge.bundle import Bundle
from lightbox_edge.judging import Model
from lightbox_edge.loading import LoadedFrame, load
from lightbox_edge.reading import Limits, Source
from lightbox_edge.scoring import score

Pixels = NDArray[np.float32]
Scores = Callable[[Pixels], dict[str, float]]

DATA = Path(data_store.__file__).parent / "data"
LOSSLESS, LOSSY = 0.01, 0.03
STEP = 1 / 65535  # of the 16 bits that a radiograph has


def mirrored(window: bool) -> bytes:
    """RG1_UNCR as MONOCHROME2: its values the other way round, and its window too, or left where it was."""
    dataset = pydicom.dcmread(DATA / "RG1_UNCR.dcm")
    most = 2**dataset.BitsStored - 1
    assert dataset.PhotometricInterpretation == "MONOCHROME1"
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.PixelData = (most - dataset.pixel_array).astype("<u2").tobytes()
    if window:
        dataset.WindowCenter = most - dataset.WindowCenter + 1  # LINEAR: the middle is half below it
    file = io.BytesIO()
    dataset.save_as(file)
    return file.getvalue()


@pytest.fixture(scope="module")
def films(bundle: Bundle, tmp_path_factory: pytest.TempPathFactory) -> dict[str, LoadedFrame]:
    """The film as screening loads it, by the name of its file."""
    folder = tmp_path_factory.mktemp("film")
    (folder / "mirrored").write_bytes(mirrored(window=True))
    (folder / "mirrored values only").write_bytes(mirrored(window=False))
    paths = [DATA / f"RG1_{form}.dcm" for form in ("UNCR", "UNCI", "J2KR", "J2KI")]
    frames = {}
    for path in (*paths, *folder.iterdir()):
        source = Source(str(path), str(path), (), path.stat().st_size, 0)
        (frames[path.stem],) = load(source, bundle.manifest.preprocessing, Limits()).frames
    return frames


@pytest.fixture(scope="module")
def scores(bundle: Bundle) -> Scores:
    """Every finding's probability, whether the film looks like a chest X-ray or not."""
    model = Model(bundle, threads=1)

    def measure(pixels: Pixels) -> dict[str, float]:
        (features,) = model.encode(pixels[np.newaxis])
        ratio = model.ratio(pixels)
        each = (
            score(features, criterion, bundle.manifest.logit_scale, ratio) for criterion in model.criteria
        )
        return {one.name: one.probability for one in each}

    return measure


def pixels_of(films: dict[str, LoadedFrame], name: str) -> Pixels:
    pixels = films[name].pixels
    assert pixels is not None, films[name].reason
    return pixels


def difference(one: Pixels, other: Pixels, bundle: Bundle) -> Pixels:
    """In units of the stretched gray range, 0 to 1."""
    apart: Pixels = np.abs(one - other) * np.float32(bundle.manifest.preprocessing.std)
    return apart


@pytest.mark.parametrize(
    ("name", "mean", "most"),
    [("mirrored", STEP, 4 * STEP), ("UNCI", 0.0005, 0.01), ("J2KR", 0.0005, 0.01), ("J2KI", 0.0006, 0.01)],
)
def test_the_same_pixels_reach_the_network(
    name: str, mean: float, most: float, films: dict[str, LoadedFrame], bundle: Bundle
) -> None:
    name = name if name in films else f"RG1_{name}"
    moved = difference(pixels_of(films, name), pixels_of(films, "RG1_UNCR"), bundle)
    print(f"\n{name}: pixels differ by {moved.mean():.6f} in the mean, {moved.max():.6f} at most")
    assert moved.mean() <= mean
    assert moved.max() <= most


@pytest.mark.parametrize(
    ("name", "bound"),
    [
        ("mirrored", LOSSLESS),
        ("RG1_J2KR", LOSSLESS),
        ("RG1_UNCI", LOSSY),
        ("RG1_J2KI", LOSSY),
    ],
)
def test_the_same_probabilities_come_out(
    name: str, bound: float, films: dict[str, LoadedFrame], scores: Scores
) -> None:
    expected = scores(pixels_of(films, "RG1_UNCR"))
    found = scores(pixels_of(films, name))
    apart = {finding: abs(found[finding] - expected[finding]) for finding in expected}
    worst = max(apart, key=lambda finding: apart[finding])
    print(f"\n{name}: {worst} differs most, {expected[worst]:.4f} and {found[worst]:.4f}: {apart[worst]:.4f}")
    assert apart[worst] <= bound


def test_values_mirrored_under_the_old_window_are_still_the_film(
    films: dict[str, LoadedFrame], bundle: Bundle, scores: Scores
) -> None:
    """A window that no longer fits cuts other tones off; the film must not turn into its negative."""
    right, wrong = pixels_of(films, "RG1_UNCR"), pixels_of(films, "mirrored values only")
    correlation = float(np.corrcoef(right.ravel(), wrong.ravel())[0, 1])
    moved = difference(right, wrong, bundle)
    expected, found = scores(right), scores(wrong)
    apart = max(abs(found[finding] - expected[finding]) for finding in expected)
    print(f"\nold window: pixels {moved.mean():.4f} apart in the mean, r {correlation:.4f}")
    print(f"probabilities {apart:.4f} apart at most")
    assert correlation > 0.9


def test_the_network_sees_a_film_whose_lungs_are_dark(films: dict[str, LoadedFrame]) -> None:
    picture = Image.fromarray(pixels_of(films, "RG1_UNCR")[0]).resize((16, 16), Image.Resampling.BOX)
    gray = np.asarray(picture)
    lungs, spine = gray[5:9, [4, 11]].mean(), gray[8:12, 7:9].mean()
    assert lungs < spine
