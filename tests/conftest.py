"""The bundle, the program and some films, for the tests of every room."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import data_store  # type: ignore[import-untyped]  # it ships none
import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from PIL import Image

from lightbox_edge.backends import beside_decoders, usable_cpus
from lightbox_edge.bundle import Bundle, open_bundle
from lightbox_edge.choosing import choose
from tests.signed import lay_out_keys

Film = NDArray[np.uint8]
Run = Callable[..., subprocess.CompletedProcess[str]]

CHEST_OPEN = Path(__file__).parents[1] / "bundles" / "chest-open"
PYDICOM_DATA = Path(data_store.__file__).parent / "data"


def pytest_configure() -> None:
    """Give each worker a CPU of its own: runtimes that share one wait for each other, and lose most of it."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is not None and hasattr(os, "sched_setaffinity"):  # not on Windows and macOS
        cpus = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cpus[int(worker.removeprefix("gw")) % len(cpus)]})


@pytest.fixture(scope="session", autouse=True)
def _caches_of_our_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or leaves anything in the caches of whoever runs it, speaks his language or has his keys.

    What runs here is measured first, or the first test that screens would be told so on stderr.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LIGHTBOX_CACHE", str(tmp_path_factory.mktemp("caches")))
        patch.setenv("LIGHTBOX_LANGUAGE", "en")
        patch.setenv("LIGHTBOX_KEYS", str(lay_out_keys(tmp_path_factory.mktemp("trust"))))
        choose(open_bundle(CHEST_OPEN), "auto", "auto", "auto", beside_decoders(usable_cpus()))
        yield


@pytest.fixture(scope="session")
def bundle() -> Bundle:
    """The bundle of the repository; no test may depend on its numbers."""
    return open_bundle(CHEST_OPEN)


@pytest.fixture(scope="session")
def command(bundle: Bundle) -> Callable[..., list[str]]:
    """The command line of ``lightbox screen`` with the bundle, as a list."""

    def make(*arguments: object) -> list[str]:
        start = [sys.executable, "-m", "lightbox_door", "screen", "--bundle", str(bundle.folder)]
        return [*start, *map(str, arguments)]

    return make


@pytest.fixture(scope="session")
def screen(command: Callable[..., list[str]]) -> Run:
    """Run ``lightbox screen`` to its end in a process of its own."""

    def run(*arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*arguments), capture_output=True, encoding="utf-8", timeout=300, check=False, **options
        )

    return run


@pytest.fixture(scope="session")
def film() -> Callable[[int], Film]:
    """Chest films of 256 x 256 pixels, another one for each number: real ones, moved and toned a little."""
    dataset = pydicom.dcmread(PYDICOM_DATA / "RG1_UNCR.dcm")
    values = dataset.pixel_array.astype(np.float32)
    values = 1 - (values - values.min()) / (values.max() - values.min())  # MONOCHROME1: white is 0
    with Image.open(Path(__file__).parents[1] / "samples" / "film-05-8-bit.png") as sample:
        other = np.asarray(sample, dtype=np.float32) / 255
    originals = [Image.fromarray(one).resize((300, 300), Image.Resampling.BOX) for one in (values, other)]

    def make(number: int) -> Film:
        random = np.random.default_rng(number)
        left, top, right, bottom = random.integers(0, 12, 4)
        original = originals[int(random.random() < 0.2)]
        moved = original.crop((left, top, 300 - right, 300 - bottom)).resize((256, 256))
        toned = np.clip(np.asarray(moved), 0, 1) ** random.uniform(0.8, 1.25)
        made: Film = np.rint(255 * toned).astype(np.uint8)
        return made

    return make
