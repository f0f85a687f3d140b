"""Inputs read one after another in a process of its own, so that a crash or a hang costs one input."""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import resource
import signal
import struct
import time
import traceback
from collections.abc import Generator, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from io import FileIO
from random import Random

from tests.fuzz import places
from tests.fuzz.judging import judge
from tests.fuzz.mutations import spliced
from tests.fuzz.target import Failure, Target

HANGS = 60.0  # seconds on the clock; a busy machine is slow, and CPU seconds are looked at besides
_MOST_MEMORY = 2 << 30  # bytes of address space on top of what the worker begins with
_SPLICED = 0.05


@dataclass(frozen=True, slots=True)
class Found:
    """A failure and the number of the input that it came from, which with the seed makes it again."""

    number: int
    failure: Failure


@cache
def _corpus(target: Target) -> Sequence[bytes]:
    return target.corpus()


def made(target: Target, seed: int, number: int) -> bytes:
    """The input of that number; the first ones are the corpus itself."""
    corpus = _corpus(target)
    if number < len(corpus):
        return corpus[number]
    choose = Random(f"{target.name} {seed} {number}")  # noqa: S311  # chance, no secret
    data = choose.choice(corpus)
    if choose.random() < _SPLICED:
        data = spliced(data, choose.choice(corpus), choose)
    for _ in range(choose.choice((1, 1, 2))):
        data = target.mutate(data, choose)
    return data


def run(target: Target, count: int, seed: int) -> Iterator[Found]:
    """Read that many inputs; what fails is told as it comes."""
    _corpus(target)  # before any worker is forked
    number = 0
    while number < count:
        with mmap.mmap(-1, 8) as at:
            reading, writing = os.pipe()
            child = os.fork()
            if not child:
                os.close(reading)
                _work(target, range(number, count), seed, at, writing)
            os.close(writing)
            with os.fdopen(reading, "rb", buffering=0) as lines:
                ended = yield from _watched(child, at, lines)
            number = struct.unpack("q", at[:])[0] + 1
            if ended is not None:
                yield Found(number - 1, ended)


def _watched(child: int, at: mmap.mmap, lines: FileIO) -> Generator[Found, None, Failure | None]:
    """Follow a worker to its end; returns what it died of, None where it was done or stopped itself."""
    os.set_blocking(lines.fileno(), False)
    last, since, rest = -1, time.monotonic(), b""
    while True:
        ended, status, _ = os.wait4(child, os.WNOHANG)
        rest += lines.read() or b""
        *whole, rest = rest.split(b"\n")
        for line in whole:
            told = json.loads(line)
            yield Found(told.pop("number"), Failure(**told))
        if ended:
            code = os.waitstatus_to_exitcode(status)
            return None if code == 0 else Failure("crash", f"ended with {code}", _signal(code))
        (now,) = struct.unpack("q", at[:])
        if now != last:
            last, since = now, time.monotonic()
        elif time.monotonic() - since > HANGS:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return Failure("hang", f"over {HANGS:g} s", "killed")
        time.sleep(0.02)


def _signal(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def _work(target: Target, numbers: range, seed: int, at: mmap.mmap, writing: int) -> None:
    """The worker: it never returns. After an input that took much memory it stops, to begin afresh."""
    with os.fdopen(writing, "w", encoding="utf-8") as lines, contextlib.suppress(BrokenPipeError):
        screen = os.dup(2)
        _limit()
        places.watch()
        for number in numbers:
            at[:] = struct.pack("q", number)
            try:
                data = made(target, seed, number)
            except Exception:
                os.write(screen, traceback.format_exc().encode())  # the fuzz itself is wrong
                os._exit(70)
            places.touched()
            failure = judge(target, data)
            if outside := places.touched():
                failure = Failure("touched", outside[0], " ".join(outside)[:300])
            if failure is not None:
                print(json.dumps({"number": number, **asdict(failure)}), file=lines, flush=True)
                if failure.kind == "memory":
                    break
        lines.flush()
        os._exit(0)
    os._exit(0)


def _limit() -> None:
    """Bound memory, and let nothing that a native library says reach the screen."""
    with open("/proc/self/statm", encoding="ascii") as told:  # noqa: PTH123
        begun = int(told.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (begun + _MOST_MEMORY, begun + _MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
