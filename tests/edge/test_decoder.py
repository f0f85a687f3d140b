"""Decoder processes that die or hang cost one file; order and bounds hold, and closing is prompt."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil  # type: ignore[import-untyped]  # it ships none
import pytest
from numpy.typing import NDArray
from PIL import Image

from lightbox_edge import decoder
from lightbox_edge.decoder import DecoderPool, load_ahead
from lightbox_edge.loading import Loaded
from lightbox_edge.manifest import Preprocessing
from lightbox_edge.reading import Limits, Source, find_sources

Film = Callable[[int], NDArray[np.uint8]]
HOW = Preprocessing(input_size=64, percentiles=(0.5, 99.5), mean=0.5, std=0.25)


@pytest.fixture
def pool() -> Iterator[DecoderPool]:
    made = DecoderPool(2, HOW, Limits())
    yield made
    made.close()


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Source:
    """A file that keeps a decoder busy for some seconds: ninety pages of noise, deflated."""
    path = tmp_path_factory.mktemp("slow") / "slow.tif"
    noise = np.random.default_rng(0).integers(0, 256, (1600, 1600), np.uint8)
    pages = [Image.fromarray(np.roll(noise, page)) for page in range(90)]
    pages[0].save(path, save_all=True, append_images=pages[1:], compression="tiff_deflate")
    return only(path)


def only(path: Path) -> Source:
    (source,) = find_sources([path])
    assert isinstance(source, Source)
    return source


def small(folder: Path, film: Film, count: int) -> list[Source]:
    folder.mkdir()
    for number in range(count):
        Image.fromarray(film(number)).save(folder / f"{number:03}.png")
    return [source for source in find_sources([folder]) if isinstance(source, Source)]


OTHERS: set[int] = set()  # decoders that another test's session keeps in this very process


@pytest.fixture(autouse=True)
def _alone() -> None:
    OTHERS.clear()
    OTHERS.update(process.pid for process in decoders())


def decoders() -> list[psutil.Process]:
    """The decoder processes of this process and this test."""
    found = psutil.Process().children(recursive=True)
    ours = [process for process in found if process.pid not in OTHERS]
    return [process for process in ours if "lightbox_edge.decoder" in " ".join(cmdline(process))]


def cmdline(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.NoSuchProcess:
        return []


def busiest(others: list[psutil.Process]) -> psutil.Process:
    """Wait until one of the decoders has worked for a while and the others have not; return it."""
    before = {process: process.cpu_times().user for process in others}
    for _ in range(500):
        time.sleep(0.02)
        for process, start in before.items():
            if process.cpu_times().user - start > 0.4:
                return process
    raise AssertionError("no decoder works")


def warm(pool: DecoderPool, sources: list[Source]) -> None:
    """Wait until every decoder has imported what it needs."""
    for _ in range(2):
        assert all(isinstance(one, Loaded) for many in load_ahead(pool, sources) for one in many)
    time.sleep(0.2)


def reason(loaded: object) -> str:
    assert isinstance(loaded, Loaded)
    return loaded.frames[0].reason


def test_a_decoder_that_dies_costs_one_file(
    pool: DecoderPool, slow: Source, tmp_path: Path, film: Film
) -> None:
    sources = small(tmp_path / "films", film, 12)
    warm(pool, sources)
    everyone = decoders()
    assert len(everyone) == 2
    killed: list[int] = []

    def kill() -> None:
        process = busiest(everyone)
        killed.append(process.pid)
        process.kill()

    killer = threading.Thread(target=kill)
    killer.start()
    order = [*sources[:4], slow, *sources[4:]]
    loaded = [one for many in load_ahead(pool, order) for one in many]
    killer.join()
    assert [one.source for one in loaded if isinstance(one, Loaded)] == order
    assert reason(loaded[4]) == "Its decoder crashed or hung on it: the file is damaged or made to do harm."
    assert [reason(one) for one in loaded[:4] + loaded[5:]] == [""] * 12
    assert len(decoders()) == 2
    assert killed[0] not in [process.pid for process in decoders()]


def test_a_decoder_that_dies_idle_costs_no_file(
    pool: DecoderPool, tmp_path: Path, film: Film, capfd: pytest.CaptureFixture[str]
) -> None:
    sources = small(tmp_path / "films", film, 6)
    warm(pool, sources)
    for process in decoders():
        process.kill()
    time.sleep(0.2)
    assert [reason(one) for many in load_ahead(pool, sources) for one in many] == [""] * 6
    assert capfd.readouterr() == ("", "")


def test_a_decoder_that_hangs_is_ended(
    pool: DecoderPool, slow: Source, tmp_path: Path, film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = small(tmp_path / "films", film, 4)
    warm(pool, sources)
    monkeypatch.setattr(decoder, "SECONDS_PER_FILE", 0.5)
    started = time.monotonic()
    assert "hung" in reason(pool.submit(slow).result())
    assert time.monotonic() - started < 3
    monkeypatch.undo()
    assert [reason(one) for many in load_ahead(pool, sources) for one in many] == [""] * 4


def test_a_decoder_that_cannot_start_is_a_reason_and_no_crash(
    tmp_path: Path, film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = small(tmp_path / "films", film, 3)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    pool = DecoderPool(1, HOW, Limits())
    try:
        loaded = [one for many in load_ahead(pool, sources) for one in many]
    finally:
        pool.close()
    assert ["crashed" in reason(one) for one in loaded] == [True] * 3


def test_files_come_in_their_order(pool: DecoderPool, slow: Source, tmp_path: Path, film: Film) -> None:
    sources = small(tmp_path / "films", film, 30)
    sources.insert(1, slow)
    items: list[object] = [*sources[:10], "passed through", *sources[10:]]
    loaded = [one for many in load_ahead(pool, items) for one in many]
    assert [one.source if isinstance(one, Loaded) else one for one in loaded] == items


def test_no_more_is_loaded_ahead_than_agreed(pool: DecoderPool, tmp_path: Path, film: Film) -> None:
    sources = small(tmp_path / "films", film, 40)
    asked = 0

    def asking() -> Iterator[Source]:
        nonlocal asked
        for source in sources:
            asked += 1
            yield source

    taken = 0
    for many in load_ahead(pool, asking()):
        assert 1 <= len(many) <= pool.ahead
        assert asked - taken <= pool.ahead
        taken += len(many)
        time.sleep(0.01)
    assert taken == 40


def test_closing_a_busy_pool_ends_it_at_once(pool: DecoderPool, slow: Source) -> None:
    futures = [pool.submit(slow) for _ in range(6)]
    busiest(decoders())
    everyone = decoders()
    started = time.monotonic()
    pool.close()
    assert time.monotonic() - started < 1
    assert decoders() == []
    assert not any(process.is_running() for process in everyone)  # nor a zombie
    assert all(future.done() for future in futures)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("decoder")]
    pool.close()  # twice does no harm


def test_ctrl_c_while_a_file_is_decoded_ends_promptly(
    slow: Source, command: Callable[..., list[str]], tmp_path: Path
) -> None:
    process = subprocess.Popen(
        command(slow.location, "--worklist", tmp_path / "w.worklist"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    main = psutil.Process(process.pid)
    for _ in range(200):
        time.sleep(0.02)
        if any(child.cpu_times().user > 0.8 for child in main.children()):
            break
    children = main.children(recursive=True)
    started = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to everyone
    _, errors = process.communicate(timeout=30)
    assert time.monotonic() - started < 1.5
    assert process.returncode == 130
    assert errors == "lightbox: interrupted; run the same command again to go on.\n"
    assert not psutil.wait_procs(children, timeout=3)[1]
