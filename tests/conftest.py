"""The bundle, the program and some films, for the tests of every room."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lightbox_edge.backends import beside_decoders, usable_cpus
from lightbox_edge.bundle import Bundle, open_bundle
from lightbox_edge.choosing import choose
from tests import film_files
from tests.film_files import Film
from tests.signed import lay_out_keys

Run = Callable[..., subprocess.CompletedProcess[str]]

CHEST_OPEN = Path(__file__).parents[1] / "bundles" / "chest-open"


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
    return film_files.film
